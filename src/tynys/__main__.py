"""``python -m tynys``."""

from tynys.cli import main

main()
