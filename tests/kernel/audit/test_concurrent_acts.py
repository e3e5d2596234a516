"""Acts of several processes at once, sealed while they happen: exactly one audit row each, and a sound chain."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.kernel.jobs.installation import DATABASES, installation, python

# The long run of `./dev test-long` does the 10,000 acts of the target figure.
EACH = 2_500 if os.environ.get("SHOUWANG_TEST_LONG") else 300


@pytest.mark.database
@pytest.mark.parametrize("database", DATABASES)
def test_acts_of_4_processes_leave_one_row_each(tmp_path: Path, database: str) -> None:
    with installation(tmp_path, database) as env:
        done = python(env, "-m", "tests.kernel.audit.acts", "4", str(EACH), timeout=600)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["statuses"] == [0, 0, 0, 0]
    assert (told["acts"], told["rows"], told["verified"]) == (4 * EACH, 4 * EACH, 4 * EACH)
    assert told["agree"]
    assert told["problems"] == []
    assert told["blocks"] >= 1  # a busy SQLite may leave the sealer no turn until the end
