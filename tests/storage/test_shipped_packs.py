"""The packs that come with the program are found by name, and nothing else is."""

from tynys.law import load_pack
from tynys.storage.shipped_packs import shipped_names, shipped_text


def test_every_pack_is_read_by_its_name():
    assert "kz" in shipped_names()
    for name in shipped_names():
        assert load_pack(shipped_text(name), name).id == name


def test_a_name_that_leads_elsewhere_is_no_name():
    for name in ("", "nothing", "../packs/kz", "kz.toml"):
        assert shipped_text(name) is None
