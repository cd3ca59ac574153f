"""A pipelined line tells why it failed."""

import pytest

from tynys.domain.status import GapCause
from tynys.field.driver import LineError
from tynys.field.modbus_line import PipelinedLine
from tynys.field.modbus_reads import Read
from tynys.field.modbus_tcp import PymodbusTcpLine


@pytest.mark.parametrize("line", [PipelinedLine("127.0.0.1", 1), PymodbusTcpLine("127.0.0.1", 1, timeout_ms=100)], ids=["ours", "pymodbus"])
async def test_a_line_that_is_not_open_is_cut(line):
    with pytest.raises(LineError) as caught:
        await line.exchange([Read(4, 0, 1)], unit=1)
    assert caught.value.cause is GapCause.LINE_CUT
    await line.shut()
