"""Finds what the pages tell a person to type."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(console|sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^\s*(?:\$ )?(.+?)\s*$")


def pages() -> list[str]:
    """Every Markdown page a clone would hold, by its path from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in set(names) if name and (ROOT / name).is_file())


def typed(text: str) -> list[str]:
    """Command lines of the fenced blocks: after ``$`` in a console, every line in a script; a continued line is one."""
    lines = []
    for kind, block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if kind == "console" and not line.startswith("$ "):
                continue
            words = SHELL.match(line)
            if words and not words[1].startswith("#"):
                lines.append(words[1])
    return lines


def invocations(line: str, program: str) -> list[list[str]]:
    """How a program is called in a shell line: its words, up to the next pipe, separator or redirection; calls in ``$(…)`` as well."""
    found = [inner for part in re.findall(r"\$\(([^()]*)\)", line) for inner in invocations(part, program)]
    lexer = shlex.shlex(re.sub(r"\$\([^()]*\)", "SUBSTITUTED", line), posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split, lexer.commenters = True, "#"
    words: list[str] | None = None
    for word in lexer:
        if set(word) <= set("();<>|&"):
            words = None
        elif words is not None:
            words.append(word)
        elif word.rpartition("/")[2] == program:
            words = []
            found.append(words)
    return found
