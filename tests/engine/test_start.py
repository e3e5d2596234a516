"""A site that starts with the planners in reach loads none of their libraries."""

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
START = """
import sys
from shouwang.engine import assignment, batching
assignment.solve, assignment.check, batching.solve, batching.replan, batching.check
print(" ".join(m for m in ("numpy", "ortools", "highspy", "pandas") if m in sys.modules))
"""


def test_planners_load_their_libraries_when_they_plan():
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own start
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (0, "", "")
