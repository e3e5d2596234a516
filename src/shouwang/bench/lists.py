"""How long the household list and the search by name take over a large registry, whole requests with the template, on both databases.

A throwaway installation is built, or reused where `folder` holds one, in processes of their own: settings are read once a process.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from shouwang.bench import cluster
from shouwang.bench.report import signed_in
from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.clock import business_now
from shouwang.kernel.errors import Refused
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.spelling import readings
from shouwang.ledgers.registry.tables import HOUSEHOLDS

LIMIT_MS, SEARCH_LIMIT_MS = 100, 50
PER_PAGE = 50
DEEP = 5_000
ROLES = (("市", "4405-fpb-jb"), ("区", "440513-fpb-jb"), ("镇", "440513100-zf-jb"))
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("全部", {}),
    ("已脱贫+非监测", {"registration": "exited", "watched": "0"}),
    ("已脱贫+监测", {"registration": "exited", "monitoring": "unstable"}),
    ("已脱贫+因病", {"registration": "exited", "cause": "illness"}),
    ("低于标准+空档", {"below_line": "1", "no_helper": "1"}),
    ("按户编号", {"sort": "code"}),
    ("按户主倒序", {"sort": "-head_name"}),
)
SEARCHES = (
    ("二字名", "{given}"),
    ("姓加一字", "{first}"),
    ("首字母", "{initials}"),
    ("全拼", "{pinyin}"),
    ("一字", "{surname}"),
    ("户编号", "{code}"),
)


def run(households: int, *, folder: Path | None = None, postgres: str = "", rounds: int = 20) -> dict[str, Any]:
    """{p95_ms: the worst case's, cases: [...]} over every database at hand. Raises Refused where an installation cannot be built."""
    with _folder(folder) as home:
        results = [_measured(home / "sqlite", "", households, rounds)]
        missing = ""
        if postgres:
            results.append(_measured(home / "postgres", postgres, households, rounds))
        elif server := cluster.server_folder():
            (home / "cluster").mkdir(mode=0o755, exist_ok=True)
            with cluster.running(server, home / "cluster", options="-c shared_buffers=512MB") as url:
                results.append(_measured(home / "postgres", url, households, rounds))
        else:
            missing = "本机没有 PostgreSQL 服务程序（≥ 15），只测了 SQLite。安装 postgresql 或用 --postgres 指定数据库后重测。"
    cases = [c for r in results for c in r["cases"]]
    worst = max(cases, key=lambda c: float(c["p95_ms"]))
    return {
        "p95_ms": worst["p95_ms"], "worst": f"{worst['database']} {worst['role']} {worst['view']} 第 {worst['page']} 页",
        "list_p95_ms": max(c["p95_ms"] for c in cases if not c["search"]), "list_limit_ms": LIMIT_MS,
        "search_p95_ms": max(c["p95_ms"] for c in cases if c["search"]), "search_limit_ms": SEARCH_LIMIT_MS,
        **{name: {r["database"]: r[name] for r in results} for name in ("households", "members", "load_s")},
        "missing": missing, "cases": cases,
    }  # fmt: skip


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="shouwang-bench-") as made:
        Path(made).chmod(0o755)  # the database server runs as another user
        yield Path(made)


def _measured(home: Path, url: str, households: int, rounds: int) -> dict[str, Any]:
    env = {**os.environ, "SHOUWANG_HOME": str(home / "data"), "SHOUWANG_KEK_FILE": str(home / "keys" / "kek.json")}
    env.pop("SHOUWANG_DATABASE_URL", None)
    env |= {"SHOUWANG_DATABASE_URL": url} if url else {}
    begun = time.monotonic()
    _child(env, "demo", "--households", str(households), "--without-work", "--if-empty")
    loaded = time.monotonic() - begun
    found: dict[str, Any] = json.loads(_child(env, "bench", "list", "--here", "--json", "--rounds", str(rounds)))
    return {**found, "load_s": round(loaded, 1)}


def _child(env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-c", "from shouwang.cli import main; main()", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise Refused(f"测量用的安装没有建成：shouwang {' '.join(words)} 以 {done.returncode} 结束。{done.stderr[-400:]}")
    return done.stdout


def here(rounds: int = 20) -> dict[str, Any]:
    """The cases of this installation. Requests go through the whole application as each role's own account, its scope set as for a page."""
    if not Household.objects.exists():
        raise Refused("数据库中没有户。请先运行 shouwang demo。")
    _prepare()
    logging.getLogger("shouwang.request").setLevel(logging.WARNING)  # a line a request would stand between the measurements
    cases = []
    words = _words()
    for role, name in ROLES:
        client = signed_in(name)
        get = client.get
        for view, params in VIEWS:
            total = _shown(name, params)[0]
            for page in dict.fromkeys((1, min(DEEP, -(-total // PER_PAGE) or 1))):
                asked = {**params, "per_page": str(PER_PAGE), "page": str(page)}
                cases.append({"role": role, "view": view, "page": page, "search": False, **_case(get, name, asked, rounds)})
        for view, text in SEARCHES:
            asked = {"q": text.format(**words), "per_page": str(PER_PAGE)}
            cases.append({"role": role, "view": f"搜索：{view}", "page": 1, "search": True, **_case(get, name, asked, rounds)})
    found = [{"database": connection.vendor, **c} for c in cases]
    return {"database": connection.vendor, "households": Household.objects.count(), "members": Member.objects.count(), "cases": found}


def _prepare() -> None:
    """Statistics, as any installation has them after its first night."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE registry_household, registry_member, registry_incomestatement, registry_helperassignment")


def _words() -> dict[str, str]:
    """What to search for, taken from a head in the middle of the district: names that exist."""
    rows = Household.objects.filter(county__code__startswith="440513", head_name__regex="^...$").order_by("code")
    head = rows[rows.count() // 2]
    sounds = readings(head.head_name)[0]
    return {
        "given": head.head_name[1:], "first": head.head_name[:2], "surname": head.head_name[0], "code": head.code[:14],
        "initials": "".join(s[0] for s in sounds), "pinyin": "".join(sounds),
    }  # fmt: skip


def _shown(name: str, params: dict[str, str]) -> tuple[int, int]:
    """(rows in all, rows on the page) of the list as that person sees it."""
    now = business_now()
    view = HOUSEHOLDS.view(QueryDict(urlencode(params)), scope_of(User.objects.get(username=name), now.date()), now=now)
    return view.total, len(view.rows)


def _address(params: dict[str, str]) -> str:
    return "/registry/?" + (urlencode(params) or "all=1")


def _case(get: Callable[..., Any], name: str, params: dict[str, str], rounds: int) -> dict[str, Any]:
    """Wall and processor time of whole requests, warm; queries counted once apart."""
    address = _address(params)
    with CaptureQueriesContext(connection) as captured:
        get(address)
        queries = len(captured)
    total, rows = _shown(name, params)
    times, cpu = [], []
    for _ in range(rounds):
        begun, used = time.perf_counter(), time.process_time()
        status = get(address).status_code
        cpu.append((time.process_time() - used) * 1000)
        times.append((time.perf_counter() - begun) * 1000)
        if status != 200:
            raise Refused(f"{address} 返回 {status}，测量中止。")
    return {
        "p50_ms": round(statistics.median(times), 1), "p95_ms": round(_p95(times), 1), "cpu_p50_ms": round(statistics.median(cpu), 1),
        "total": total, "rows": rows, "queries": queries,
    }  # fmt: skip


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
