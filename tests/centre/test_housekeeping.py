"""What fails for a moment beside the intake is done a moment later."""

import asyncio

from centre_support import SHORT_MS, START_MS, TinyGateway, make_configuration

from tynys.centre.coverage import Coverage
from tynys.centre.stream import Interest
from tynys.domain.errors import StorageError


class Broken(Coverage):
    """What a fault nobody thought of would do to a facility."""

    @property
    def live_from_ms(self):
        raise ZeroDivisionError


async def test_a_lake_that_cannot_be_read_for_a_moment_is_looked_at_again(centre, monkeypatch):
    housekeeping, lake = centre.centre.housekeeping, centre.centre.lake
    refresh, tries = lake.refresh, []

    def refused_once():
        tries.append(len(tries))
        if len(tries) == 1:
            raise OSError(5, "the disk does not answer")
        return refresh()

    monkeypatch.setattr(lake, "refresh", refused_once)
    await centre.until(lambda: housekeeping._follow is None)
    housekeeping.lake_said({"position": 0})
    await centre.until(lambda: tries and housekeeping._follow is None)
    housekeeping.lake_said({"position": 0})
    await centre.until(lambda: len(tries) > 1 and housekeeping._follow is None)


async def test_a_facility_whose_windows_cannot_be_closed_holds_up_no_other(centre):
    gateway = TinyGateway()
    centre.centre.state.facility("broken").coverage = Broken()
    await centre.enrol(gateway)
    await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + SHORT_MS))
    (average,) = await centre.averages()
    assert (average["value"], average["provisional"]) == (1000.0, False)


async def test_a_round_of_the_stream_that_fails_is_not_the_last(centre, monkeypatch):
    publisher, rounds = centre.centre.publisher, []

    async def fails():
        rounds.append(len(rounds))
        raise KeyError("a view that could not be made")

    monkeypatch.setattr(publisher, "_round", fails)
    listening = centre.centre.stream.listen(Interest())
    await anext(listening)
    await centre.until(lambda: len(rounds) > 2)
    await listening.aclose()


async def test_a_finding_the_registry_cannot_take_now_is_kept_until_it_can(centre, monkeypatch):
    registry, refused = centre.centre.registry, asyncio.Event()
    record, loop = registry.record_findings, asyncio.get_running_loop()

    def unreachable(_found, _found_ms):
        loop.call_soon_threadsafe(refused.set)
        raise StorageError("the registry does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(registry, "record_findings", unreachable)
        centre.centre.findings.report("LINE-FORK", "gres-1", 1)
        await asyncio.wait_for(refused.wait(), 90)
    assert registry.record_findings == record
    await centre.until(lambda: [finding.check for finding in registry.findings("gres-1")] == ["LINE-FORK"])
