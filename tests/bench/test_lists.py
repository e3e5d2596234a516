"""The bench of the lists: its cases over a small city, and what it says where no server is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwang.bench import cluster, lists
from shouwang.kernel.errors import Refused
from tests.factories.accounts import make_user, small_city
from tests.factories.registry import add_member, add_status, make_household


@pytest.mark.django_db
def test_cases_say_where_what_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    city = small_city()
    for n in range(3):
        made = make_household(city.at("440513100001"), head_name="陈小伟", code=f"4405131000010000{n}")
        add_member(made)
        add_status(made, standing="exited")
    make_user("cy", city.offices["440513-fpb"], "office_clerk")
    monkeypatch.setattr(lists, "ROLES", (("区", "cy"),))
    found = lists.here(rounds=2)
    assert (found["households"], found["members"]) == (3, 3)
    totals = {c["view"]: c["total"] for c in found["cases"]}
    assert totals == {
        "全部": 3,
        "已脱贫+非监测": 3,
        "已脱贫+监测": 0,
        "已脱贫+因病": 0,
        "低于标准+空档": 0,
        "按户编号": 3,
        "按户主倒序": 3,
        **{f"搜索：{name}": 3 for name in ("二字名", "姓加一字", "首字母", "全拼", "一字")},
        "搜索：户编号": 3,
    }
    assert all(0 < c["p50_ms"] <= c["p95_ms"] and c["queries"] > 5 for c in found["cases"])


@pytest.mark.django_db
def test_an_installation_without_households_is_refused() -> None:
    with pytest.raises(Refused, match="没有户"):
        lists.here()


def test_a_server_that_does_not_start_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "initdb").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "initdb").chmod(0o755)
    with pytest.raises(cluster.ClusterFailed, match="initdb"), cluster.running(tmp_path, tmp_path):
        pytest.fail("it cannot run")
