"""How the demo knows its latency: from the instant offered to the value in the stream, each instant of a channel once."""

import time

from tynys.cli.demo.latency import LatencyWatch


def message(t_ms, *channels, facility="gres-1", source="gres-1.stack-1"):
    return {"facility": facility, "source": source, "channels": {channel: [t_ms, 1.0, 1] for channel in channels}}


def told(watch, t_ms, *channels):
    watch._note(message(t_ms, *channels), time.monotonic())


def test_nothing_arrived_has_no_quantile():
    assert LatencyWatch().p99_s() is None
    assert LatencyWatch().count == 0


def test_the_nearest_rank_is_a_measured_value():
    watch = LatencyWatch()
    watch._seconds = watch._of_sources_s = [float(n) for n in range(100, 0, -1)]
    assert watch.p99_s() == 99.0
    assert watch.quantile_s(0.5) == 50.0
    assert watch.quantile_s(1.0) == 100.0


def test_an_instant_repeated_counts_once_and_an_unknown_one_never():
    watch = LatencyWatch()
    watch.offered(1000)
    told(watch, 1000, "a", "b")
    told(watch, 1000, "a")
    told(watch, 2000, "a")
    assert watch.count == 2


def test_a_watch_beside_another_knows_its_instants_and_counts_for_itself():
    watch = LatencyWatch()
    other = watch.beside()
    watch.offered(1000)
    told(other, 1000, "a")
    assert (watch.count, other.count) == (0, 1)


def test_a_value_ages_until_the_next_one_of_its_channel_takes_its_place():
    watch = LatencyWatch()
    watch._offered_s = {1000: 10.0, 6000: 15.0}
    watch._note(message(1000, "a"), 10.5)
    assert watch.age_quantile_s(1.0) is None
    watch._note(message(6000, "a"), 15.25)
    assert watch.age_quantile_s(1.0) == 5.25
    assert watch.quantile_s(1.0) == 0.5


def test_two_plants_may_have_channels_of_the_same_name():
    watch = LatencyWatch()
    watch.offered(1000)
    for facility in ("gres-1", "tets-1"):
        watch._note(message(1000, "stack-1.so2", facility=facility), time.monotonic())
    assert watch.count == 2


def test_a_plant_signal_is_no_value_of_a_source():
    watch = LatencyWatch()
    watch._offered_s = {0: 1.0, 10_000: 11.0, 20_000: 21.0}
    for t_ms in (10_000, 20_000):
        watch._note(message(t_ms, "unit-1.load_mw", source=None), 30.0)
    assert watch.count == 0
    assert watch.age_quantile_s(1.0) is None
    assert watch.p99_s() == 19.0
