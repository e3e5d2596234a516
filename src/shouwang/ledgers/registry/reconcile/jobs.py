"""The comparison in the background: in pieces, each written whole, resumable."""

from __future__ import annotations

from typing import Any

from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.ledgers.registry.intake.places import Villages
from shouwang.ledgers.registry.models import Difference, Household, Member, Reconciliation
from shouwang.ledgers.registry.queries import living_now, on_file
from shouwang.ledgers.registry.reconcile import actions
from shouwang.ledgers.registry.reconcile.comparing import Found, homes_differ, only_ours, only_theirs, pair_up, people_differ
from shouwang.ledgers.registry.reconcile.matching import PIECE, in_region, matched, pieces
from shouwang.ledgers.registry.reconcile.reading import PROBLEMS_KEPT, Export, Home, rows_of


def compare(run: Run) -> dict[str, Any]:
    """Theirs against ours, ours that they lack, then what agrees now is closed. The cursor counts pieces done of each part."""
    comparison = Reconciliation.objects.select_related("region").get(pk=run.args["comparison"])
    by = run.by()
    export = rows_of(*actions.opened(comparison), run.today)
    pairs, villages = matched(export.homes, comparison, by), Villages(by, run.today)
    households: Any = Household.objects
    met = frozenset(pairs.values())
    filed = on_file(in_region(households, comparison, by)).order_by("pk").values_list("pk", flat=True)
    lacking = [pk for pk in filed if pk not in met]
    total = len(export.homes) + len(lacking)
    for start, piece in pieces(export.homes):
        if start < run.cursor.get("theirs", 0):
            continue
        with run.chunk():
            found = _theirs(
                piece, {at: pairs[start + at] for at in range(len(piece)) if start + at in pairs}, export, run, villages, comparison
            )
            actions.write_down(comparison, found, by=by, today=run.today)
            run.cursor["theirs"] = start + len(piece)
            run.progress(start + len(piece), total, "正在逐户比对")
    for start, keys in pieces(lacking):
        if start < run.cursor.get("ours", 0):
            continue
        with run.chunk():
            rows = Household.objects.filter(pk__in=keys).order_by("pk")
            actions.write_down(comparison, [only_ours(h) for h in rows], by=by, today=run.today)
            run.cursor["ours"] = start + len(keys)
            run.progress(len(export.homes) + start + len(keys), total, "正在查找只在我方的户")
    closed = _close(run, comparison, export, by)
    counts = {
        "rows": export.rows, "homes": len(export.homes), "matched": len(pairs), "only_ours": len(lacking),
        "only_theirs": len(export.homes) - len(pairs), "closed": closed, "unreadable": len(export.problems),
        "open": Difference.objects.filter(latest=comparison).exclude(state=Difference.State.CLOSED).count(),
    }  # fmt: skip
    with run.chunk():
        actions.finish(comparison, counts, export.problems[:PROBLEMS_KEPT], by=by, today=run.today)
    words = f"比对完成：对方 {counts['homes']:,} 户，对应上 {counts['matched']:,} 户，待处理差异 {counts['open']:,} 条，已一致销去 {closed:,} 条。"
    return {"words": words, "link": f"/registry/reconcile/{comparison.pk}/"}


def _village(theirs: Home, villages: Villages, comparison: Reconciliation, run: Run) -> Region | None:
    """The village their row names, if it lies in the region compared."""
    said = {k: str(theirs.value(k)) for k in ("county", "town", "village") if theirs.value(k)}
    found = villages.find(said, run.today)[0] if "village" in said else None
    level = comparison.region.level
    inside = found and (level <= Region.PROVINCE or found.ancestor_ids()[LEVEL_FIELDS[level]] == comparison.region_id)
    return found if inside else None


def _theirs(piece: Any, pairs: dict[int, int], export: Export, run: Run, villages: Villages, comparison: Reconciliation) -> list[Found]:
    """What differs in one piece; three queries."""
    homes = {h.pk: h for h in Household.objects.filter(pk__in=pairs.values())}
    people: dict[int, list[Member]] = {}
    for member in living_now(Member.objects.filter(household__in=homes)).order_by("id"):
        people.setdefault(member.household_id, []).append(member)
    out: list[Found] = []
    for at, theirs in enumerate(piece):
        ours = homes.get(pairs.get(at, 0))
        if ours is None:
            out.append(only_theirs(theirs, _village(theirs, villages, comparison, run)))
            continue
        out += _one(ours, theirs, people.get(ours.pk, []), export, run)
    return out


def _one(ours: Household, theirs: Home, living: list[Member], export: Export, run: Run) -> list[Found]:
    found = list(homes_differ(ours, theirs, export.fields, run.today))
    return found + list(people_differ(ours, theirs, living, pair_up(theirs.people, living), export.fields, run.today))


def _close(run: Run, comparison: Reconciliation, export: Export, by: Scope) -> int:
    """Differences of the same system and region that this export could have shown and did not."""
    level = comparison.region.level
    place = {LEVEL_FIELDS[level]: comparison.region_id} if level >= Region.CITY else {}
    rows: Any = Difference.objects
    past = rows.within(by).filter(system=comparison.system, **place).exclude(latest=comparison).exclude(state=Difference.State.CLOSED)
    seen = past.exclude(kind="field") | past.filter(kind="field", column__in=export.fields)
    if "name" not in export.fields:
        seen = seen.filter(member=None)
    keys = list(seen.order_by("pk").values_list("pk", flat=True))
    done = run.cursor.get("closed", 0)
    for _start, piece in pieces(keys, PIECE):
        with run.chunk():
            done += actions.close_agreeing(Difference.objects.filter(pk__in=piece), by=by, today=run.today)
            run.cursor["closed"] = done
    return int(done)


def register_all() -> None:
    """Called once when the app is ready."""
    register(actions.JOB, compare, "与上级系统比对")
