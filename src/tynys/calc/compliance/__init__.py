"""Tests of limits: plain arrays and numbers in, a frozen ruling with what it rests on out.

No ruling is surer than what it rests on: a limit or a test that is only remembered (``to_confirm``) gives "cannot be judged", whatever
the numbers are. What nobody set gives "not set".
"""
