"""A remedy that names a command must name one that exists."""

from __future__ import annotations

import re
from pathlib import Path

from shouwang.cli import COMMANDS

ROOT = Path(__file__).parents[2]
LABELS = {"wrap", "kek"}  # words of key derivation, no commands


def test_every_command_that_a_text_names_exists() -> None:
    files = [*ROOT.glob("README*.md"), *(p for kind in ("*.py", "*.html") for p in (ROOT / "src").rglob(kind))]
    named = {
        (m[1], p.name)
        for p in files
        for m in re.finditer(r"(?<![\w./])(?:\.venv/bin/)?shouwang ([a-z][a-z-]*)", p.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert sorted(n for n in named if n[0] not in COMMANDS and n[0] not in LABELS) == []
