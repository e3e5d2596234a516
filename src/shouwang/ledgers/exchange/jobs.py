"""Background work: pre-check, taking in, making the lake, the watch over late feeds, and the end of what is past its term."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from shouwang.engine.feeds import feed
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.ledgers.exchange import actions, intake, lake, questions, watch
from shouwang.ledgers.exchange.lifecycle import DELIVERY
from shouwang.ledgers.exchange.models import COUNTED, Delivery, DeliveryFault, MatchQuestion
from shouwang.ledgers.exchange.reading import as_json

FAULTS_AT_MOST = 20_000
WRONG_DAYS = 0.5
WAYS = ("exact_rows", "points_rows", "model_rows", "person_rows")


def check(run: Run) -> dict[str, Any]:
    """What the file's rows would do, without writing them: counts, faults, notes. A file of no use is refused with the words."""
    delivery = Delivery.objects.select_related("region", "office", "agreement").get(pk=run.args["delivery"])
    if delivery.state != "checking":
        return {"words": "已处理。"}
    by = run.by()
    try:
        counts, faults, notes, header = _counted(run, delivery)
    except Refused as no:
        with run.chunk(), DELIVERY.advance(delivery, "refuse", by=by, today=run.today) as locked:
            locked.notes, locked.header = [no.message], actions.kept_header(delivery)
        return {"words": no.message, "link": f"/exchange/deliveries/{delivery.pk}/"}
    with run.chunk(), DELIVERY.advance(delivery, "checked", by=by, today=run.today) as locked:
        locked.notes, locked.header = notes, header
        for name in COUNTED:
            setattr(locked, name, counts[name])
        DeliveryFault.objects.filter(delivery=locked).delete()
        DeliveryFault.objects.bulk_create([DeliveryFault(delivery=locked, row=n, faults=f) for n, f in faults], batch_size=500)
    return {"words": f"预检完成：{counts['rows']:,} 行。", "link": f"/exchange/deliveries/{delivery.pk}/"}


def _counted(run: Run, delivery: Delivery) -> tuple[Counter[str], list[Any], list[str], dict[str, Any]]:
    found, people, counts = intake.opened(delivery), intake.people_of(delivery), intake.Counts()
    faults: list[Any] = []
    same, con = 0, lake.connection()
    for start in range(0, found.size, intake.PIECE):
        run.check()
        piece = found.piece(start, start + intake.PIECE)
        faults += piece.faults
        _check_faults(faults, counts.of["rows"] + piece.count, delivery)
        tied = people.tie(piece.people, piece.homes, piece.places)
        counts.add(piece, tied)
        same += intake.already_there(con, delivery, intake.tied_rows(delivery.declared, piece, tied, {}))
        run.progress(counts.of["rows"], found.size, "正在逐行核对")
    counts.of["same_rows"] = same
    con.close()
    return counts.of, faults, [*found.notes, *_overlap(delivery, counts.of)], as_json(found.data, found.header)


def _overlap(delivery: Delivery, counts: Counter[str]) -> list[str]:
    """A corrected file sent whole would stand beside the rows it corrects: said before it is taken in."""
    same = counts["same_rows"]
    fresh = sum(counts[name] for name in WAYS) - same
    before = (
        Delivery.objects.filter(agreement=delivery.agreement_id, period=delivery.period, state="done")
        .exclude(digest="")
        .order_by("-pk")
        .first()
    )
    if before is None or not same or fresh <= 0:
        return []
    return [
        f"{same:,} 行与本期已入库的相同，{fresh:,} 行是新的。本文件若是更正后的整份，请先撤回 {before.received_on} 报送的“{before.name}”"
        "再确认，否则更正前的行仍然保留；若只是补报，直接确认即可。"
    ]


def _check_faults(faults: list[Any], rows: int, delivery: Delivery) -> None:
    """Refuse a file that is wrong as a whole: another year's, or wrong nearly everywhere."""
    days = [f for _, said in faults for f in said if f[0] in ("日期", "年度") and f[1][:2] in ("19", "20")]
    if len(days) > max(3, rows * WRONG_DAYS):
        years = "、".join(sorted({f[1][:4] for f in days})[:3])
        raise Refused(
            f"{rows:,} 行中有 {len(days):,} 行的日期不在报送期 {delivery.period:%Y-%m} 内（多为 {years} 年）。请核对是否选错了报送期或拿错了文件。"
        )
    if len(faults) > FAULTS_AT_MOST:
        raise Refused(f"错误超过 {FAULTS_AT_MOST:,} 行，未再往下核对。前几处：{_first(faults)}。请改正后重新上传。")


def _first(faults: list[Any]) -> str:
    return "；".join(f"第 {n} 行“{said[0][0]}”{said[0][2]}" for n, said in faults[:3])


def write(run: Run) -> dict[str, Any]:
    """Keep the rows, PIECE a file; the cursor counts rows below the header. A piece written twice is the same file."""
    delivery = Delivery.objects.select_related("region", "office", "agreement").get(pk=run.args["delivery"])
    if delivery.state != "writing":
        return {"words": "已处理。"}
    by, known = run.by(), delivery.declared
    found, people = intake.opened(delivery), intake.people_of(delivery)
    for start in range(int(run.cursor.get("rows", 0)), found.size, intake.PIECE):
        piece = found.piece(start, start + intake.PIECE)
        tied, counts = people.tie(piece.people, piece.homes, piece.places), intake.Counts()
        counts.add(piece, tied)
        with run.chunk():
            asked = intake.ask(delivery, tied, by=by, today=run.today)
            lake.write_part(delivery.pk, start // intake.PIECE, intake.tied_rows(known, piece, tied, asked))
            run.cursor = {"rows": start + intake.PIECE, "counts": dict(Counter(run.cursor.get("counts", {})) + counts.of)}
            run.progress(min(start + intake.PIECE, found.size), found.size, "正在入库")
    with run.chunk():
        with DELIVERY.advance(delivery, "done", by=by, today=run.today) as locked:
            for name in COUNTED:
                if name != "same_rows":
                    setattr(locked, name, run.cursor["counts"].get(name, 0))
        actions.settle_late(locked)
        actions.ask_rebuild(locked, today=run.today)
    return {"words": f"已入库：对应到人 {locked.matched_rows:,} 行。", "link": f"/exchange/deliveries/{delivery.pk}/"}


def rebuild(run: Run) -> dict[str, Any]:
    """Make one feed's period anew."""
    counts = intake.rebuild(feed(run.args["feed"]), dt.date.fromisoformat(run.args["period"]))
    return {"rows": sum(counts.values())}


def answered(run: Run) -> dict[str, Any]:
    """Make anew the periods whose rows waited for an answer, or lose it again."""
    question = MatchQuestion.objects.filter(pk=run.args["question"]).first()
    if question is None:  # withdrawn meanwhile with its delivery, whose period is made anew anyhow
        return {"periods": 0}
    periods = sorted({d.period for d in questions.deliveries_of(question)})
    for period in periods:
        intake.rebuild(feed(question.feed), period)
    return {"periods": len(periods)}


def follow(run: Run) -> dict[str, Any]:
    """Make anew every period that holds somebody who changed households: the rows stay with the person. Questions follow their candidates."""
    with run.chunk():
        watch.place_questions(run.args["members"], run.today)
    periods = watch.periods_of(run.args["members"])
    for n, (code, period) in enumerate(periods):
        if n < int(run.cursor.get("done", 0)):
            continue
        intake.rebuild(feed(code), period)
        with run.chunk():
            run.cursor["done"] = n + 1
    return {"periods": len(periods)}


def nightly(run: Run) -> dict[str, Any]:
    """Who is late, and what is past its term."""
    with run.chunk():
        late, against = watch.late_items(run.today), watch.contradiction_items(run.today)
    return {"late": late, "contradicting": against, "expired": watch.expire(run)}


def register_all() -> None:
    """Called once at start-up."""
    register(actions.CHECK, check, "部门数据预检")
    register(actions.WRITE, write, "部门数据入库")
    register(actions.REBUILD, rebuild, "部门数据整理")
    register(questions.ANSWERED, answered, "部门数据按核对结论整理")
    register("exchange.follow", follow, "部门数据随户变动整理")
    register("exchange.nightly", nightly, "部门数据催报和到期删除", daily_at=dt.time(3))
