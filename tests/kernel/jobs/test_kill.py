"""Workers killed with SIGKILL in the middle of jobs: nothing lost, nothing doubled, the audit sound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kernel.jobs.installation import DATABASES, installation, python


@pytest.mark.database
@pytest.mark.parametrize("database", DATABASES)
def test_jobs_killed_25_times_lose_and_double_nothing(tmp_path: Path, database: str) -> None:
    with installation(tmp_path, database) as env:
        done = python(env, "-m", "tests.kernel.jobs.crash", "25", timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kills"] >= 20
    assert told["attempts"] > told["kills"]
    assert (told["items"], told["doubled"]) == (600, 0)
    assert told["states"] == [["done", 300, 0], ["done", 300, 0]]
    assert told["tick_states"] == ["done"]
    assert told["ticks"] == told["tick_jobs"] >= 2
    assert (told["problems"], told["unsealed"]) == ([], 0)
    assert told["blocks"] >= 10
    assert "Traceback" not in done.stderr
