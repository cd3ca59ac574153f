"""How a number was made: the ordered steps from raw readings to the stored average, whose numbers recompute it to the last bit."""

from tynys.calc.explain.explaining import explain
from tynys.calc.explain.model import ChannelRead, Explanation, Member, Quantity, Step

__all__ = ["ChannelRead", "Explanation", "Member", "Quantity", "Step", "explain"]
