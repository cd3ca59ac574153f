"""Prints which functions of the calculation are entered while independent cases are answered as they expect.

A program of its own, started with Numba's compiler off, so that compiled kernels are seen as the Python they are written in.
"""

import inspect
import json
import sys

from tynys.conformance.case import INDEPENDENT, load_corpus
from tynys.conformance.inventory import kernels
from tynys.conformance.run import Ours, Outcome, judge


def code_of(function):
    """The code object that runs when a function is called."""
    return inspect.unwrap(getattr(function, "py_func", function)).__code__


def main():
    names = {code_of(function): name for name, function in kernels().items()}
    reached = set()
    for subject in load_corpus():
        for case in subject.cases:
            entered = set()
            sys.setprofile(lambda frame, event, _, entered=entered: entered.add(frame.f_code) if event == "call" else None)
            judged = judge(case, Ours())
            sys.setprofile(None)
            if case.origin in INDEPENDENT and judged.outcome is Outcome.PASSED:
                reached |= {names[code] for code in entered if code in names}
    sys.stdout.write(json.dumps(sorted(reached)))


if __name__ == "__main__":
    main()
