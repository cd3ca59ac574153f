"""Reads pictures as XML: a picture that is not well-formed fails here."""

import xml.etree.ElementTree as ET

import pytest

from tynys.present.voice import voice


@pytest.fixture
def drawn():
    """The tree of a picture; the browser's HTML parser forgives, this one does not."""

    def read(markup):
        return ET.fromstring(str(markup))  # noqa: S314 - our own picture

    return read


@pytest.fixture
def of_class():
    """Every element of a class, in order."""

    def find(tree, name):
        return [element for element in tree.iter() if name in element.get("class", "").split()]

    return find


@pytest.fixture
def english():
    return voice("en")
