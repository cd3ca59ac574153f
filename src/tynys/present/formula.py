"""Formulas of the conversions, typeset: as MathML for a page, as typst's mathematics for print; in symbols, or with the numbers in them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LETTERS: Mapping[str, tuple[str, str]] = {
    "x": ("x", ""), "y": ("y", ""), "a": ("a", ""), "b": ("b", ""), "c": ("c", ""), "c_dry": ("c", "d"), "c_ref": ("c", "r"),
    "c_val": ("c", "v"), "c_rep": ("c", "p"), "c_inst": ("c", "i"), "O2": ("O", "2"), "O2_wet": ("O", "2,w"), "O2_ref": ("O", "2,r"),
    "O2_air": ("O", "2,a"), "O2_inst": ("O", "2,i"), "O2_max": ("O", "2,m"), "T": ("T", ""), "p": ("p", ""), "T_n": ("T", "n"),
    "p_n": ("p", "n"), "T_0": ("T", "0"), "M": ("M", ""), "V_m": ("V", "m"), "V": ("V", ""), "V_n": ("V", "n"), "k": ("k", ""),
    "A": ("A", ""), "t": ("t", ""), "s": ("s", ""), "L": ("L", ""), "D": ("D", ""), "E": ("E", ""), "m": ("m", ""), "w": ("w", ""),
    "O2_": ("O", "2,"), "Q_": ("Q", ""),
}  # fmt: skip
_NUMBERED = re.compile(r"(.*?\D|O2|O2_|c_dry)(\d+)")


def letter(symbol: str) -> tuple[str, str]:
    """Base and subscript of a symbol; numbered ones carry their number below."""
    if symbol in _LETTERS:
        return _LETTERS[symbol]
    if symbol.startswith("O2") and symbol[2:].isdecimal():
        return "O", f"2,{symbol[2:]}"
    found = _NUMBERED.fullmatch(symbol)
    if found is not None and found[1] in _LETTERS:
        base, below = _LETTERS[found[1]]
        return base, f"{below}{found[2]}"
    return symbol, ""


@dataclass(frozen=True, slots=True)
class Pen(ABC):
    """Writes mathematics in one notation; ``figures`` puts numbers in the place of symbols."""

    figures: Mapping[str, str] | None = None

    def s(self, symbol: str) -> str:
        """A symbol, or its number."""
        if self.figures is not None and symbol in self.figures:
            shown = self.figures[symbol]
            return self.row(self.sign("("), self.number(shown), self.sign(")")) if shown.startswith(("-", "−")) else self.number(shown)
        return self.row(self.below("H", "2"), self.below("O", "")) if symbol == "H2O" else self.below(*letter(symbol))

    @abstractmethod
    def below(self, base: str, index: str) -> str:
        """A letter with its subscript."""

    @abstractmethod
    def number(self, shown: str) -> str:
        """A number as it is shown."""

    @abstractmethod
    def sign(self, sign: str) -> str:
        """An operator or a bracket."""

    @abstractmethod
    def row(self, *parts: str) -> str:
        """Things in a row."""

    @abstractmethod
    def frac(self, above: str, below: str) -> str:
        """A fraction."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Upright words."""


class MathML(Pen):
    """MathML Core, as browsers typeset it."""

    __slots__ = ()

    def below(self, base: str, index: str) -> str:
        """A letter with its subscript."""
        return f"<msub><mi>{base}</mi><mtext>{escape(index)}</mtext></msub>" if index else f"<mi>{base}</mi>"

    def number(self, shown: str) -> str:
        """A number as it is shown."""
        return f"<mn>{escape(shown)}</mn>"

    def sign(self, sign: str) -> str:
        """An operator or a bracket."""
        return f"<mo>{escape(sign)}</mo>"

    def row(self, *parts: str) -> str:
        """Things in a row."""
        return f"<mrow>{''.join(parts)}</mrow>"

    def frac(self, above: str, below: str) -> str:
        """A fraction."""
        return f"<mfrac>{above}{below}</mfrac>"

    def words(self, text: str) -> str:
        """Upright words."""
        return f"<mtext>{escape(text)}</mtext>"


class Typst(Pen):
    """Typst's mathematics."""

    __slots__ = ()

    def below(self, base: str, index: str) -> str:
        """A letter with its subscript."""
        return f'{base}_"{index}"' if index else base

    def number(self, shown: str) -> str:
        """A number as it is shown."""
        return f'"{shown}"'

    def sign(self, sign: str) -> str:
        """An operator or a bracket."""
        return {"·": "dot.op", "−": "minus", "(": "\\(", ")": "\\)", "Σ": "sum"}.get(sign, sign)

    def row(self, *parts: str) -> str:
        """Things in a row."""
        return " ".join(parts)

    def frac(self, above: str, below: str) -> str:
        """A fraction."""
        return f"frac({above}, {below})"

    def words(self, text: str) -> str:
        """Upright words."""
        return f'"{text}"'


def _minus(p: Pen, one: str, two: str) -> str:
    return p.row(one, p.sign("−"), two)


def _plus(p: Pen, one: str, two: str) -> str:
    return p.row(one, p.sign("+"), two)


def _times(p: Pen, *parts: str) -> str:
    found = list(parts[:1])
    for part in parts[1:]:
        found += [p.sign("·"), part]
    return p.row(*found)


def _rest(p: Pen) -> str:
    return _minus(p, p.number("100"), p.s("H2O"))


def _oxygen(above: str, below: str, value: str) -> Callable[[Pen, Mapping[str, int]], str]:
    def write(p: Pen, _: Mapping[str, int]) -> str:
        return _times(p, p.s(value), p.frac(_minus(p, p.s("O2_air"), p.s(above)), _minus(p, p.s("O2_air"), p.s(below))))

    return write


def _sum_of(p: Pen, pairs: list[tuple[str, str]]) -> str:
    found: list[str] = []
    for one, two in pairs:
        found += [*([p.sign("+")] if found else []), _times(p, p.s(one), p.s(two))]
    return p.row(*found)


def _weighted(p: Pen, n: Mapping[str, int]) -> str:
    return _sum_of(p, [(f"w{k}", f"x{k}") for k in range(1, n["w"] + 1)])


def _total(p: Pen, names: list[str]) -> str:
    found: list[str] = []
    for name in names:
        found += [*([p.sign("+")] if found else []), p.s(name)]
    return p.row(*found)


def _heat(p: Pen, n: Mapping[str, int]) -> str:
    numbers = range(1, n["Q_"] + 1)
    return p.frac(_sum_of(p, [(f"O2_{k}", f"Q_{k}") for k in numbers]), _total(p, [f"Q_{k}" for k in numbers]))


def _flow(p: Pen, n: Mapping[str, int]) -> str:
    name = "c_dry" if n.get("c_dry") else "O2"
    numbers = range(1, n["V"] + 1)
    return p.frac(_sum_of(p, [(f"{name}{k}", f"V{k}") for k in numbers]), _total(p, [f"V{k}" for k in numbers]))


def _warm(p: Pen) -> str:
    return _plus(p, p.s("T"), p.s("T_0"))


FORMULAS: Mapping[str, Callable[[Pen, Mapping[str, int]], str]] = {
    "mean": lambda p, _: p.frac(p.row(p.sign("Σ"), p.below("x", "k")), p.below("n", "")),
    "mean_of": lambda p, _: p.frac(p.row(p.sign("Σ"), p.below("c", "k")), p.below("n", "")),
    "weighted_sum": _weighted,
    "calibration": lambda p, _: _plus(p, p.s("a"), _times(p, p.s("b"), p.s("x"))),
    "o2_dry": lambda p, _: _times(p, p.s("O2_wet"), p.frac(p.number("100"), _rest(p))),
    "ppm_to_mg": lambda p, _: p.frac(_times(p, p.s("y"), p.s("M")), p.s("V_m")),
    "normal": lambda p, _: _times(p, p.s("y"), p.frac(_warm(p), p.s("T_n")), p.frac(p.s("p_n"), p.s("p"))),
    "dry": lambda p, _: _times(p, p.s("c"), p.frac(p.number("100"), _rest(p))),
    "oxygen": _oxygen("O2_ref", "O2", "c_dry"),
    "oxygen_moved": _oxygen("O2_ref", "O2_inst", "c_inst"),
    "at_measured": _oxygen("O2", "O2_inst", "c_inst"),
    "kept": lambda p, _: p.s("c_dry"),
    "heat_weighted": _heat,
    "flow_weighted": _flow,
    "share_of_limit": lambda p, _: _times(p, p.s("s"), p.s("L")),
    "validated": lambda p, _: _minus(p, p.s("c_ref"), p.s("D")),
    "flow_velocity": lambda p, _: _times(p, p.s("x"), p.s("k"), p.s("A"), p.number("3600")),
    "flow_volume": lambda p, _: _times(p, p.s("x"), p.s("k"), p.s("t")),
    "flow_normal": lambda p, _: _times(p, p.s("V"), p.frac(p.s("T_n"), _warm(p)), p.frac(p.s("p"), p.s("p_n"))),
    "flow_dry": lambda p, _: _times(p, p.s("V_n"), p.frac(_rest(p), p.number("100"))),
    "sum": lambda p, n: _total(p, [f"V{k}" for k in range(1, n["V"] + 1)]),
    "mass": lambda p, _: p.frac(_times(p, p.s("c_dry"), p.s("V")), _times(p, p.s("m"), p.s("t"))),
}
"""The right side of every formula by its id; the second argument tells how many of each numbered symbol there are."""


def counted(symbols: list[str]) -> dict[str, int]:
    """How many of each numbered symbol there are, by its letter."""
    found: dict[str, int] = {}
    for symbol in symbols:
        stem = symbol.rstrip("0123456789")
        if symbol.startswith("O2") and symbol[2:].isdecimal():
            stem = "O2"
        if symbol in _LETTERS:
            continue
        if stem != symbol:
            found[stem] = found.get(stem, 0) + 1
    return found


def mathml(formula: str, result: str, symbols: list[str], figures: Mapping[str, str], shown: str, said: str) -> Markup:
    """A formula with its numbers below, for a page: ``c = …`` and ``= … = 412``; empty for a formula it does not know.

    Parameters
    ----------
    result : str
        Symbol of the result.
    symbols : list of str
        Those of what goes in.
    figures : mapping
        Their numbers as they are shown.
    shown : str
        The result as it is shown.
    said : str
        What a reader who hears the page is told.
    """
    if formula not in FORMULAS:
        return Markup("")
    numbers = counted(symbols)
    pen, filled = MathML(), MathML(figures)
    first = pen.row(pen.s(result), pen.sign("="), FORMULAS[formula](pen, numbers))
    lines = _line(first)
    if formula not in {"mean", "mean_of", "kept"}:
        second = filled.row(
            filled.sign("="), FORMULAS[formula](filled, numbers), *((filled.sign("="), filled.number(shown)) if shown else ())
        )
        lines += _line(second)
    return Markup(f'<math displaystyle="true" alttext="{escape(said)}"><mtable>{lines}</mtable></math>')  # noqa: S704 - escaped


def _line(row: str) -> str:
    """A row of a table in the size of its own line: a table alone would write its fractions small."""
    return f'<mtr><mtd><mstyle displaystyle="true">{row}</mstyle></mtd></mtr>'


def typst(formula: str, result: str, symbols: list[str], figures: Mapping[str, str], shown: str) -> str:
    """The same in typst's notation, on one line; empty for a formula it does not know."""
    if formula not in FORMULAS:
        return ""
    numbers = counted(symbols)
    pen, filled = Typst(), Typst(figures)
    first = pen.row(pen.s(result), pen.sign("="), FORMULAS[formula](pen, numbers))
    if formula in {"mean", "mean_of", "kept"}:
        return first
    tail = (filled.sign("="), filled.number(shown)) if shown else ()
    return pen.row(first, pen.sign("="), FORMULAS[formula](filled, numbers), *tail)
