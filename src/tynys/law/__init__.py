"""Rule packs: law as dated data, and the parser that refuses what it does not know."""

from tynys.law.load import load_pack
from tynys.law.pack import RulePack

__all__ = ["RulePack", "load_pack"]
