"""Two packs are compared value by value."""

from law_kit import PACKS, pack_of, text_of

from tynys.law import load_pack
from tynys.law.diff import differences
from tynys.law.walk import entries


def changed(old, new, name="kz"):
    assert old in text_of(name)
    return differences(pack_of(name), load_pack(text_of(name).replace(old, new, 1)))


def test_a_pack_does_not_differ_from_itself():
    assert all(differences(pack_of(name), pack_of(name)) == () for name in PACKS)


def test_every_value_of_every_pack_has_a_key_of_its_own():
    for name in PACKS:
        keys = [entry.key for entry in entries(pack_of(name))]
        assert len(keys) == len(set(keys)), name


def test_a_changed_value_is_told_with_both_sides():
    (change,) = changed("value = 20.5", "value = 20.0")
    assert change.key == "oxygen.highest_pct"
    assert (change.before.value.value, change.after.value.value) == (20.5, 20.0)


def test_a_clause_a_certainty_and_a_note_count_as_changes():
    for old, new in (
        ("practice: dry gas", "order 208"),
        ('clause = "Tax Code"\ncertainty = "transcribed"', 'clause = "Tax Code"\ncertainty = "verified"'),
        ("Two thirds of the time", "Two thirds of the instants"),
    ):
        assert len(changed(old, new)) == 1


def test_what_only_one_pack_has_is_told_once():
    rule = '[rounding]\nmode = "half_up"\nclause = "test"\ncertainty = "verified"\n'
    more = load_pack(text_of("kz") + rule)
    (added,) = differences(pack_of("kz"), more)
    assert (added.key, added.before, added.after.value.mode) == ("rounding", None, "half_up")
    (removed,) = differences(more, pack_of("kz"))
    assert (removed.key, removed.after) == ("rounding", None)


def test_values_in_another_order_are_no_change():
    text = text_of("eu-ets")
    head, tail = text.split("[conditions.temperature_k]")
    block, rest = tail.split("[conditions.pressure_kpa]")
    moved = head + "[conditions.pressure_kpa]" + rest + "\n[conditions.temperature_k]" + block
    assert differences(pack_of("eu-ets"), load_pack(moved)) == ()


def test_the_packs_own_facts_are_compared_too():
    assert [change.key for change in changed("valid_from = 2021-07-01", "valid_from = 2022-07-01")] == ["valid_from"]
