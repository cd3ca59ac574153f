"""A page as a tree, read strictly: a tag left open, closed twice or nested wrongly is an error."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "template"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.builder, self.open = ET.TreeBuilder(), []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"line {self.getpos()[0]}: <{tag}> says {names} twice"
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.builder.end(tag)

    def handle_endtag(self, tag):
        assert self.open, f"line {self.getpos()[0]}: </{tag}> closes nothing"
        assert self.open[-1] == tag, f"line {self.getpos()[0]}: </{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        self.builder.end(tag)

    def handle_data(self, data):
        if self.open:
            self.builder.data(data)


def read(html):
    """The root element of a page or a piece of one."""
    reader = _Reader()
    piece = "<html" not in html
    reader.feed(f"<div>{html}</div>" if piece else html)
    reader.close()
    assert not reader.open, f"left open: {reader.open}"
    return reader.builder.close()


def text(element):
    """What a reader sees of an element, with single spaces."""
    parts = []

    def walk(node):
        if node.tag in UNSEEN:
            return
        parts.append(node.text or "")
        for child in node:
            walk(child)
            parts.append(child.tail or "")

    walk(element)
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def by_class(root, name):
    """Every element of a class."""
    return [element for element in root.iter() if name in element.get("class", "").split()]


def by_id(root, name):
    """The element with an id."""
    return next((element for element in root.iter() if element.get("id") == name), None)


def ancestors(root):
    """Each element's ancestors, the nearest first."""
    parent = {child: element for element in root.iter() for child in element}

    def of(element):
        while element in parent:
            element = parent[element]
            yield element

    return of
