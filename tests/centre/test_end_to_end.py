"""A gateway, a line, a centre: batches in, averages out."""

from centre_support import SHORT_MS, START_MS, TinyGateway, make_configuration

from tynys.wire.chain import ChainVerdict
from tynys.wire.receipts import Outcome


async def test_a_covered_window_is_final_at_once_and_a_receipt_means_stored(centre):
    gateway = TinyGateway()
    assert (await centre.enrol(gateway))["simulated"] is True
    reply = await centre.send(gateway, gateway.seal(configuration=make_configuration()), gateway.steady(START_MS, START_MS + SHORT_MS))
    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.STORED, Outcome.STORED]
    assert [receipt.chain for receipt in reply.receipts] == [ChainVerdict.FIRST, ChainVerdict.LINKED]
    assert [receipt.position for receipt in reply.receipts] == [1, 2]
    assert all(receipt.plan_known for receipt in reply.receipts)
    (average,) = await centre.averages()
    assert average["value"] == 1000.0
    assert average["provisional"] is False
    assert average["count_valid"] == average["count_expected"] == 240
    assert average["start"] == "2026-01-01T00:00:00Z"
