"""Sweeps, dry runs and back-tests in the background: in pieces, each written whole, so that a kill costs one piece."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from shouwang.engine.errors import SweepRefused
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import Manifest, Progress
from shouwang.engine.sweep import run as run_engine
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.monitoring.models import SweepRun
from shouwang.ledgers.monitoring.watch import (
    backtests,
    book,
    changed,
    desk,
    discrepancies,
    recording,
    retracting,
    simulating,
    snapshot,
    sweeping,
    trial,
)

PIECE = 200
COUNTED = ("found", "recorded", "repeated", "merged", "known", "cases")
DOUBTED = ("doubts", "new", "back", "cleared")


def sweep(run: Run) -> dict[str, Any]:
    """Snapshot, sweep, record. The cursor counts counties written and, in each county, leads recorded."""
    row = SweepRun.objects.select_related("region").get(pk=run.args["run"])
    try:
        places = _places(row, run)
        shot = _snapshot(row, places, run)
        manifest = _engine(row, shot, run)
    except (SweepRefused, Refused) as no:
        why = desk.in_words(no) if isinstance(no, SweepRefused) else no.message
        with run.chunk():
            sweeping.failed(row, why, by=run.by(), today=run.today)
        raise Refused(why) from no
    _record(row, manifest, run)
    _doubt(row, manifest, run)
    with run.chunk():
        sweeping.done(row, manifest, run.cursor, by=run.by(), today=run.today)
    sweeping.tidy(row, run.today)
    counts = run.cursor["counts"]
    said = f"筛查完成：命中 {counts['found']:,} 条，新线索 {counts['recorded']:,} 条，此前已有 {counts['repeated']:,} 条；"
    said += f"数据已撤回、不再命中的线索撤回 {counts['retracted']:,} 条；" if "retracted" in counts else ""
    said += f"比对疑点 {counts['doubts']:,} 条，新增 {counts['new']:,} 条，消除 {counts['cleared']:,} 条。"
    return {"words": said, "link": f"/monitoring/sweeps/{row.pk}/"}


def _places(row: SweepRun, run: Run) -> list[Region]:
    inside = {"city_id": row.region_id} if row.region.level == Region.CITY else {"pk": row.region_id}
    found = [c for c in snapshot.counties(run.by()) if all(getattr(c, k) == v for k, v in inside.items())]
    if not found:
        raise Refused("本区划还没有户档案，没有可筛查的户。请先导入户档案。")
    return found


def _snapshot(row: SweepRun, places: list[Region], run: Run) -> Snapshot:
    if run.cursor.get("snapshot") == "done":
        return Snapshot.open(snapshot.folder_of(row.snapshot))
    for n, county in enumerate(places):
        if n < run.cursor.get("written", 0):
            continue
        run.check()
        run.progress(n, len(places) * 3, f"正在生成快照：{county.name}")
        snapshot.write_county(row.snapshot, county, by=run.by(), today=run.today)
        with run.chunk():
            run.cursor["written"] = n + 1
    made = snapshot.finish(row.snapshot, places, today=run.today)
    with run.chunk():
        run.cursor["snapshot"] = "done"
    return made


def _engine(row: SweepRun, shot: Snapshot, run: Run) -> Manifest:
    """The engine keeps its own place by county: an interrupted run goes on where it was, unless the rules have changed since."""
    out = sweeping.out_of(row)
    if run.cursor.get("swept"):
        return Manifest.read(out)

    def progress(done: int, total: int, leads: int) -> None:
        run.check()
        run.progress(total + done, total * 3, f"正在逐户比对规则，已命中 {leads:,} 条")

    manifest = _delta(row, shot, run, progress) if row.mode == SweepRun.Mode.DELTA else None
    if manifest is None:
        begun = (out / "manifest.json").exists()
        whole = (book.rules(), book.params(), book.catalog())
        manifest = run_engine(shot, *whole, out=out, asof=row.asof, now=timezone.now(), leave_out=True, resume=begun, progress=progress)
    with run.chunk():
        run.cursor["swept"] = True
    return manifest


def _delta(row: SweepRun, shot: Snapshot, run: Run, progress: Progress) -> Manifest | None:
    """Only what can have changed since the last sweep of the place; None where that cannot be said, and everything must be swept."""
    from shouwang.engine.delta import run_since

    before = sweeping.previous(row.region)
    if before is None:
        return None
    out, since = sweeping.out_of(row), sweeping.out_of(before)
    try:
        touched = changed.since(before.created_at, Snapshot.open(snapshot.folder_of(before.snapshot)), shot, by=run.by())
        begun, asked = (out / "manifest.json").exists(), (book.rules(), book.params(), book.catalog())
        return run_since(
            shot, *asked, since=since, out=out, asof=row.asof, now=timezone.now(), households=touched, resume=begun, progress=progress
        )
    except SweepRefused as no:  # other rules, thresholds or districts than last time, or the last run's files are gone
        run.cursor["whole"] = f"{desk.in_words(no)}因此查了全部户。"
        return None


def _record(row: SweepRun, manifest: Manifest, run: Run) -> None:
    rules = sweeping.recordable(book.rules())
    ran = {(r["id"], r["version"]) for r in manifest.rules}
    by_version = {r.id: r for r in book.rules().rules if (r.id, r.version) in ran and r.id in rules}
    run.cursor.setdefault("counts", dict.fromkeys(COUNTED, 0))
    run.cursor.setdefault("towns", {})
    present = {name for name, span in Snapshot.open(snapshot.folder_of(row.snapshot)).feeds.items() if span.rows}
    for n, county in enumerate(manifest.counties):
        if n < run.cursor.get("counties", 0):
            continue
        rows = sweeping.leads_of(sweeping.out_of(row), by_version, county)
        while (start := run.cursor.get("recorded", 0)) < len(rows):
            end = _whole(rows, start)
            with run.chunk():
                tally = recording.record(rows[start:end], by_version, by=sweeping.BY_RULES, today=run.today, asof=row.asof)
                run.cursor["counts"] |= {k: run.cursor["counts"].get(k, 0) + getattr(tally, k) for k in COUNTED}
                run.cursor["towns"] = sweeping.add(run.cursor["towns"], tally.towns)
                run.cursor["recorded"] = end
                run.progress(len(manifest.counties) * 2 + n, len(manifest.counties) * 3, f"正在登记线索：{end:,}/{len(rows):,}")
        with run.chunk():
            hits = {(r["household"], r["rule"]) for r in rows}
            gone = retracting.retract(county, hits, rules=rules, ran=by_version, present=present, by=sweeping.BY_RULES, today=run.today)
            if gone:
                run.cursor["counts"]["retracted"] = run.cursor["counts"].get("retracted", 0) + gone
            run.cursor["counties"], run.cursor["recorded"] = n + 1, 0


def _doubt(row: SweepRun, manifest: Manifest, run: Run) -> None:
    """Hits that are no risks become discrepancies, those that are gone end; the cursor counts counties and, in each, hits recorded."""
    asked = {(r["id"], r["version"]) for r in manifest.rules if r["id"] not in {x["rule"] for x in manifest.left_out}}
    rules = {r.id: r for r in book.rules().rules if r.kind != "risk" and (r.id, r.version) in asked}
    for name in DOUBTED:
        run.cursor["counts"].setdefault(name, 0)
    for n, county in enumerate(manifest.counties):
        if n < run.cursor.get("doubted", 0):
            continue
        rows = sweeping.leads_of(sweeping.out_of(row), rules, county)
        while (start := run.cursor.get("doubts", 0)) < len(rows):
            with run.chunk():
                piece = rows[start : start + discrepancies.PIECE]
                tally = discrepancies.record(piece, rules, by=sweeping.BY_RULES, today=run.today, asof=row.asof)
                for name in DOUBTED:
                    run.cursor["counts"][name] += getattr(tally, name)
                run.cursor["doubts"] = start + len(piece)
                run.progress(
                    len(manifest.counties) * 2 + n, len(manifest.counties) * 3, f"正在登记比对疑点：{start + len(piece):,}/{len(rows):,}"
                )
        with run.chunk():
            hits = {(r["household"], r["rule"]) for r in rows}
            run.cursor["counts"]["cleared"] += discrepancies.clear(county, hits, ran=rules, by=sweeping.BY_RULES, today=run.today)
            discrepancies.refresh(county, run.today)
            run.cursor["doubted"], run.cursor["doubts"] = n + 1, 0


def _whole(rows: list[dict[str, Any]], start: int) -> int:
    """Where a piece ends: a household's leads stay together, so that they make one case of one colour."""
    end = min(start + PIECE, len(rows))
    while end < len(rows) and rows[end]["household"] == rows[end - 1]["household"]:
        end += 1
    return end


def nightly(run: Run) -> dict[str, Any]:
    """Start the night's sweeps."""
    with run.chunk():
        made = sweeping.start_nightly(today=run.today)
    return {"words": f"已发起 {len(made)} 次筛查。"}


def register_all() -> None:
    """Called once when the app is ready."""
    register(sweeping.JOB, sweep, "防返贫筛查")
    register(backtests.JOB, backtests.test, "规则回测")
    register(trial.JOB, trial.in_background, "规则试算")
    register(simulating.JOB, simulating.in_background, "收入冲击模拟")
    register(sweeping.NIGHTLY, nightly, "每晚防返贫筛查", daily_at=dt.time(1, 30))
