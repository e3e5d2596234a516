"""What it costs to take a department's workbook in: read, judged row by row, tied by exact number, written to the lake; beside reading and a plain loop.

Runs in an installation of its own, thrown away afterwards: `outside` starts this module again with a fresh data folder.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from shouwang.kernel.errors import Refused

ROWS, HOUSEHOLDS = 500_000, 10_000
HEAD = ("序号", "患者姓名", "身份证号码", "医疗类别", "总费用", "合规费用", "个人自付", "结算日期")
BY_HAND = 2_000  # rows the plain loop is measured on


def outside(*, rows: int, households: int) -> dict[str, Any]:
    """The figures of a workbook of `rows` rows about the people of `households` invented households."""
    with tempfile.TemporaryDirectory(prefix="shouwang-bench-") as folder:
        env = {**os.environ, "SHOUWANG_HOME": f"{folder}/data", "SHOUWANG_KEK_FILE": f"{folder}/keys/kek.json"}
        env.pop("SHOUWANG_DATABASE_URL", None)
        for deed in ("make", "run"):  # each in a process of its own: the making is not to count in the peak of memory
            command = [sys.executable, "-m", "shouwang.bench.ingest", deed, f"{folder}/feed.xlsx", str(rows), str(households)]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
            if done.returncode:
                raise Refused(f"测量未能完成：{done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make(path: Path, rows: int, households: int) -> dict[str, Any]:
    """An installation with people, and the workbook about them: 3 in 100 rows about strangers."""
    import datetime as dt

    import numpy as np
    from xlsxwriter import Workbook

    from shouwang.cli.setup import prepare
    from shouwang.demo.load_people import load_people
    from shouwang.kernel.regions import load
    from shouwang.kernel.regions.scope import Scope
    from shouwang.ledgers.registry.models import Member

    prepare()
    city = load.load_city("4405", year=2020)
    load_people(city, households, seed=5, today=dt.date(2020, 2, 17), by=Scope.system())
    held = [
        (name, sealed.of(uid).reveal())
        for name, uid, sealed in Member.objects.filter(id_number__isnull=False).values_list("name", "uid", "id_number")
    ]
    rng = np.random.default_rng(5)
    who = rng.integers(0, len(held), rows).tolist()
    strange = (rng.random(rows) < 0.03).tolist()
    costs = (rng.random(rows) * 10_000).round(2).tolist()
    days = [f"2020-01-{d:02}" for d in rng.integers(1, 32, rows).tolist()]
    with Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet("结算")
        page.write_row(0, 0, HEAD)
        for n in range(rows):
            name, number = held[who[n]]
            number = f"44050019{number[8:14]}9999"[:18] if strange[n] else number
            cost = costs[n]
            page.write_row(n + 1, 0, (str(n + 1), name, number, "住院", cost, round(cost * 0.8, 2), round(cost * 0.3, 2), days[n]))
    return {"rows": rows}


def run(path: Path, rows: int, households: int) -> dict[str, Any]:
    """Take the workbook in, step by step."""
    import datetime as dt

    from shouwang.engine.feeds import feed
    from shouwang.kernel.regions.models import Region
    from shouwang.kernel.workbooks import read
    from shouwang.ledgers.exchange import intake, lake
    from shouwang.ledgers.exchange.people import People
    from shouwang.ledgers.exchange.reading import FILE_LIMITS, open_file

    content, known, period = path.read_bytes(), feed("medical_settlement"), dt.date(2020, 1, 1)
    steps: dict[str, float] = {}
    begin, cpu = time.perf_counter(), _spent()
    last = begin

    def step(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        steps[name] = round(steps.get(name, 0) + now - last, 2)
        last = now

    found = open_file(content, "feed.xlsx", known, period, lambda _s: None)
    step("read_s")
    people = People(Region.objects.get(code="440500000000"))
    step("registry_s")
    tied_rows, exact = 0, 0
    for start in range(0, found.size, intake.PIECE):
        piece = found.piece(start, start + intake.PIECE)
        step("rows_s")
        tied = people.tie(piece.people, piece.homes, piece.places)
        exact += len(tied.persons)
        step("match_s")
        table = intake.tied_rows(known, piece, tied, {})
        lake.write_part(1, start // intake.PIECE, table)
        tied_rows += table.num_rows
        step("write_s")
    wall, spent = time.perf_counter() - begin, _spent() - cpu
    begin = time.perf_counter()
    _by_hand(read(content, "feed.xlsx", limits=FILE_LIMITS).sheets[0].rows)
    loop = (time.perf_counter() - begin) / BY_HAND * rows
    return {
        "rows": rows, "persons": len(people.keys), "households": households, "file_mb": round(len(content) / 1048576, 1), "wall_s": round(wall, 2),
        "cpu_s": round(spent, 2), "tied": exact, "written": tied_rows, "steps": steps, "reference": "逐行按证件号码查询数据库，按行数放大（不含读文件以外的校验）",
        "reference_s": round(loop), "peak_mb": max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024,
    }  # fmt: skip


def _spent() -> float:
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _by_hand(rows: Any) -> int:
    """One query a row, as a first version does it."""
    from shouwang.ledgers.registry.models import Member

    return sum(Member.objects.filter(id_number__blind=str(row[2])).exists() for row in rows[1 : BY_HAND + 1])


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
    os.environ["SHOUWANG_COMMAND_LINE"] = "1"
    django.setup()
    deed, path, rows, households = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    print(json.dumps({"make": make, "run": run}[deed](path, rows, households), ensure_ascii=False))
