"""Recompute every expectation of origin "oracle": ``python conformance/oracle [FOLDER]`` compares, ``--write`` renews the files.

Nothing of the system under test is imported: only the standard library, mpmath, and the modules beside this one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from numbers50 import as_json
from oracles import ORACLES

CASES = Path(__file__).resolve().parents[1] / "cases"
WIDTH = 140


def expected(case: dict) -> dict:
    """What the oracle of a case's kernel makes of its input."""
    oracle = ORACLES.get(case["kernel"])
    if oracle is None:
        raise SystemExit(f"{case['id']}: no oracle for {case['kernel']}")
    return as_json(oracle(**case["input"]))


def same(old: object, new: object) -> bool:
    """Whether a file says what the oracle says: correctly rounded to float64."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def written(subject: dict) -> str:
    """A file of cases as text: one line a key, so that a change is a line."""
    lines = ["{", f'  "subject": {quoted(subject["subject"])},', f'  "title": {quoted(subject["title"])},', '  "cases": [']
    for i, case in enumerate(subject["cases"]):
        lines.append("    {")
        lines += [f"      {quoted(key)}: {quoted(value)}{',' if key != 'tolerance' else ''}" for key, value in case.items()]
        lines.append("    }" + ("," if i < len(subject["cases"]) - 1 else ""))
    return "\n".join([*lines, "  ]", "}", ""])


def quoted(value: object) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def main(folder: Path, *, write: bool) -> int:
    """Compare or renew; the number of cases that differ."""
    differ = checked = 0
    for path in sorted(folder.glob("*.json")):
        subject = json.loads(path.read_text(encoding="utf-8"))
        for case in subject["cases"]:
            if case["origin"] != "oracle":
                continue
            checked += 1
            made = expected(case)
            if not same(case["expected"], made):
                differ += 1
                if not write:
                    print(f"{case['id']}: the file says {quoted(case['expected'])}, the oracle {quoted(made)}")
                case["expected"] = made
        if write:
            path.write_text(written(subject), encoding="utf-8")
    print(f"{checked} oracle cases, {differ} {'renewed' if write else 'differ'}")
    return 0 if write else differ


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--write"]
    sys.exit(1 if main(Path(words[0]) if words else CASES, write="--write" in sys.argv[1:]) else 0)
