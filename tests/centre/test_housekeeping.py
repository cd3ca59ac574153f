"""What fails for a moment beside the intake is done a moment later."""

import asyncio

from tynys.domain.errors import StorageError


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
