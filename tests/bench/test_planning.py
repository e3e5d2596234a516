"""The benches of planning on small instances: what they print is what the planners gave."""

from __future__ import annotations

import json

from click.testing import CliRunner

from shouwang.bench import batches, jobs
from shouwang.cli.bench import bench


def test_jobs_are_proven_and_held_against_greedy_and_highs():
    found = jobs.run(300, 40, seed=3)
    assert found["proven_optimal"]
    assert found["highs"]["same_optimum"]
    assert found["greedy"]["score"] <= found["by_best"][-1]["score"]
    assert [r["best"] for r in found["by_best"]] == [30, 60, 120, 40]
    assert found["by_best"][-1]["score_loss_percent"] == 0
    assert found["plan"]["wrong"] == []
    assert (found["plan"]["proven_over"], found["plan"]["priority_kept"], found["plan"]["loss"]) == ("all", True, 0)


def test_batches_are_checked_and_say_from_how_many_places_a_vehicle_collects():
    found = batches.run(200, 20, 5, seconds=1, stops=2)
    assert (found["hubs"]["origins"], found["towns"]["origins"]) == (7, 67)
    assert [found[case]["one_vehicle_collects_from"] for case in ("hubs", "towns")] == [2, 2]
    for case in (found["hubs"], found["towns"]):
        assert case["wrong"] == case["replan"]["wrong"] == []
        assert case["carried"] + case["left"] == 200
        assert case["value"] <= case["bound"]


def test_commands_print_json_and_nothing_else():
    for command in (
        ["jobs", "--workers", "40", "--posts", "10"],
        ["batches", "--travellers", "40", "--vehicles", "8", "--days", "3", "--seconds", "1"],
    ):
        done = CliRunner().invoke(bench, [*command, "--json"], catch_exceptions=False)
        assert done.exit_code == 0
        assert json.loads(done.output)["python"]
