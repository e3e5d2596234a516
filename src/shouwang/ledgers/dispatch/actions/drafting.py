"""The report writes itself: figures at the cut-off, the state of the tasks, and sentences that carry them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch import wording
from shouwang.ledgers.dispatch.models import Clause, Passage, Progress, Report, ReportFigure, ReportRequest, Statement, Task
from shouwang.ledgers.dispatch.policies import check_unlocked
from shouwang.ledgers.registry.codes import in_words

REDRAFTED = Verb("dispatch.report.redraft", "按最新数据重新生成初稿", "dispatch.report.draft")
_FIRST_LEVEL = re.compile(r"[一二三四五六七八九十]+")


@dataclass
class Material:
    """Everything drafting reads, once for all offices of a request."""

    at: dt.datetime
    places: dict[int, list[int]] = field(default_factory=dict)
    values: dict[tuple[str, int], figures.Value] = field(default_factory=dict)
    tasks: dict[int, list[Task]] = field(default_factory=dict)
    clauses: list[Clause] = field(default_factory=list)
    last: dict[tuple[int, str, int], tuple[str, str]] = field(default_factory=dict)
    stated: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)


def moment_of(request: ReportRequest, now: dt.datetime) -> dt.datetime:
    """The moment numbers are taken at: the cut-off, or now where that is still to come; whole seconds, as addresses carry it."""
    return min(now, request.cut_off).replace(microsecond=0)


def values_at(
    request: ReportRequest, regions: Sequence[Region], *, now: dt.datetime, fix: bool = False
) -> dict[tuple[str, int], figures.Value]:
    """{(figure, region id): value} at the request's cut-off once it has passed, frozen; before it as of `now`, live unless `fix` freezes.

    Villages are not frozen: their values are live and say so by carrying no moment.
    """
    city = next((r if r.level == Region.CITY else r.city for r in regions), None)
    if city is None:
        return {}
    at = moment_of(request, now)
    frozen = fix or now >= request.cut_off
    if frozen:
        figures.freeze(request.figures, at, city=city, keep_rows=True)
    found: dict[tuple[str, int], figures.Value] = {}
    day = timezone.localtime(at).date()
    for code in request.figures:
        figure = figures.get(code)
        values = figures.frozen(figure, at, [r.pk for r in regions]) if frozen else {}
        for level in {r.level for r in regions if r.pk not in values}:
            if level == Region.CITY:
                values[city.pk] = figures.value(figure, day, place=city.place)
            else:
                values |= figures.breakdown(figure, day, place=city.place, level=level)
        zero = 0 if figure.measure == "count" else None
        for region in regions:
            found[code, region.pk] = values.get(region.pk) or figures.Value(figure, zero, 0 if figure.denominator else None)
    return found


def _places(report: Report) -> list[Region]:
    """Where a report's figures are taken: the office's own region; for a consolidated one also the regions right below, in official order."""
    own = report.office.region
    if not report.consolidated:
        return [own]
    year = timezone.localtime(report.request.cut_off).year
    below = Region.objects.filter(parent=own, year_from__lte=year).exclude(year_to__lt=year).select_related("city")
    return [own, *below.order_by("rank", "code")]


def gather(request: ReportRequest, reports: Sequence[Report], *, now: dt.datetime, fix: bool = False) -> Material:
    """Read figures, tasks, clauses, last reports and departments' own numbers for these reports."""
    places = {r.pk: _places(r) for r in reports}
    regions = list({p.pk: p for found in places.values() for p in found}.values())
    offices = [r.office for r in reports]
    material = Material(values=values_at(request, regions, now=now, fix=fix), at=moment_of(request, now))
    material.places = {pk: [p.pk for p in found] for pk, found in places.items()}
    if request.notice:
        recent = Progress.objects.order_by("-day", "-id")
        tasks = Task.objects.filter(duty__notice=request.notice, office__in=offices).exclude(state="cancelled")
        for task in tasks.select_related("duty").prefetch_related(Prefetch("progress", queryset=recent)).order_by("duty__position"):
            material.tasks.setdefault(task.office_id, []).append(task)
        material.clauses = list(request.notice.clauses.all())
    earlier = ReportFigure.objects.filter(
        report__office__in=offices, report__state__in=["submitted", "accepted"], figure__in=request.figures, cut_off__lt=request.cut_off
    ).exclude(report__request=request)  # fmt: skip
    for row in earlier.select_related("report").order_by("cut_off", "id"):
        value = figures.Value(figures.get(row.figure), row.numerator, row.denominator)
        material.last[row.report.office_id, row.figure, row.region_id] = (
            value.plain,
            f"{row.report.title}（{timezone.localtime(row.cut_off):%Y-%m-%d}）",
        )
    stated = Statement.objects.filter(figure__in=request.figures, region__in=regions, as_of__lte=timezone.localtime(request.cut_off).date())
    for said in stated.select_related("office").order_by("as_of", "id"):
        decimals = figures.get(said.figure).decimals
        material.stated[said.figure, said.region_id] = (f"{said.number:.{decimals}f}", f"{said.office}《{said.source}》{said.as_of}")
    return material


def draft(request: ReportRequest, reports: Sequence[Report], *, now: dt.datetime) -> None:
    """Write figures and machine-written passages of reports being drafted; words an officer wrote are kept.

    Called inside the transaction of the act that opened or refreshed them.
    """
    if not reports:
        return
    material = gather(request, reports, now=now)
    with transaction.atomic():
        kept = {(f.report_id, f.figure, f.region_id): f.phrase for f in ReportFigure.objects.filter(report__in=reports)}
        ReportFigure.objects.filter(report__in=reports).delete()
        ReportFigure.objects.bulk_create([f for r in reports for f in _figures(request, r, material, kept)], batch_size=500)
        written = {(p.report_id, p.part): p for p in Passage.objects.filter(report__in=reports)}
        fresh, renewed = [], []
        for report in reports:
            for position, part in enumerate(request.parts, 1):
                text = _text(part["key"], request, report, material)
                passage = written.get((report.pk, part["key"]))
                if passage is None:
                    fresh.append(Passage(report=report, part=part["key"], heading=part["heading"], position=position, text=text))
                elif passage.written_by_machine:
                    passage.text = text
                    renewed.append(passage)
        Passage.objects.bulk_create(fresh, batch_size=500)
        Passage.objects.bulk_update(renewed, ["text"], batch_size=500)
        Report.objects.filter(pk__in=[r.pk for r in reports]).update(drafted_at=now)


def fix_figures(report: Report, *, now: dt.datetime) -> None:
    """Freeze the report's figures as it leaves the drafter's hands: a report sent before the cut-off says its own moment.

    Words stay; phrases on differences stay with their figure.
    """
    material = gather(report.request, [report], now=now, fix=True)
    with transaction.atomic():
        kept = {(f.report_id, f.figure, f.region_id): f.phrase for f in report.figures.all()}
        report.figures.all().delete()
        ReportFigure.objects.bulk_create(list(_figures(report.request, report, material, kept)))


def as_of(report: Report) -> dt.datetime:
    """The moment of the report's numbers: its cut-off, or when it was drafted where that was before."""
    moment = next((f.cut_off for f in report.figures.all() if f.region_id == report.office.region_id), None)
    return moment or min(report.drafted_at or report.request.cut_off, report.request.cut_off)


def redraft(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    """Fetch figures and task states again for one report that is still being drafted."""
    with transaction.atomic():
        with change(report, by=by, verb=REDRAFTED, today=today) as row:
            check_unlocked(row)
            row.edition += 1
        draft(row.request, [row], now=now)


def _figures(request: ReportRequest, report: Report, material: Material, kept: dict[tuple[int, str, int], str]) -> Iterable[ReportFigure]:
    """The report's numbers; only those of the own region are held against the last report and the departments' own."""
    for region, code in product(material.places[report.pk], request.figures):
        value = material.values[code, region]
        own = region == report.office.region_id
        last, last_source = material.last.get((report.office_id, code, region), ("", "")) if own else ("", "")
        stated, stated_source = material.stated.get((code, region), ("", "")) if own else ("", "")
        yield ReportFigure(
            report=report, figure=code, figure_version=value.figure.version, region_id=region, numerator=value.numerator,
            denominator=value.denominator, cut_off=material.at, frozen_at=value.frozen_at, last_text=last, last_source=last_source[:120],
            stated_text=stated, stated_source=stated_source[:120], phrase=kept.get((report.pk, code, region), ""),
        )  # fmt: skip


def _text(part: str, request: ReportRequest, report: Report, material: Material) -> str:
    if report.zero:
        return ""
    if part == "measures":
        told = _measures(report, material)
        return "\n".join(filter(None, (told, _sentences(part, request, report, material, after=told.count("\n") + 1 if told else 0))))
    if part == "suggestions":
        return ""  # written once as suggestions, printed from them
    return _sentences(part, request, report, material)


def _sentences(part: str, request: ReportRequest, report: Report, material: Material, after: int = 0) -> str:
    """The part's sentences whose figures the request carries and have a value (and, where the rule says so, are not zero).

    Numbered on from `after` paragraphs.
    """
    region = report.office.region_id
    have = {c: material.values[c, region] for c in request.figures}
    paragraphs = []
    for rule in wording.sentence_templates(part):
        codes = wording.tokens(rule["text"])
        if all(c in have and have[c].number is not None for c in codes) and all(have[c].numerator for c in rule.get("positive", [])):
            paragraphs.append(in_words(rule["text"], request.cut_off_day).replace("{area}", area_word(report.office)))
    return "\n".join(f"（{wording.numeral(n)}）{text}" for n, text in enumerate(paragraphs, after + 1))


def area_word(office: Office) -> str:
    """全市, 全区, 全县, 全镇, 全街道, 全村, 全社区 as the office's report speaks of its place."""
    name = office.region.name
    special = {"街道": "街道", "村委会": "村", "村民委员会": "村", "居委会": "社区", "居民委员会": "社区"}
    return f"全{next((word for end, word in special.items() if name.endswith(end)), name[-1])}"


def _measures(report: Report, material: Material) -> str:
    """One paragraph per first-level heading of the notice that gave this office tasks, from task states and progress entries."""
    groups: dict[str, list[Task]] = {}
    for task in material.tasks.get(report.office_id, []):
        if task.duty.kind != "report":
            first = _FIRST_LEVEL.match(task.duty.clause)
            groups.setdefault(first[0] if first else "", []).append(task)
    headings = {c.path: c.heading for c in material.clauses if c.level == 1}
    out = []
    for n, (path, tasks) in enumerate(groups.items(), 1):
        title = headings.get(path) or ("领导批示事项" if tasks[0].duty.origin == "instruction" else "其他工作")
        closed, sent = sum(t.state == "closed" for t in tasks), sum(t.state == "submitted" for t in tasks)
        doing = len(tasks) - closed - sent
        words = [f"承担任务{len(tasks)}项"]
        words += [f"已销号{closed}项"] if closed else []
        words += [f"待审核{sent}项"] if sent else []
        words += [f"正在办理{doing}项"] if doing else []
        entries = [p.text.rstrip("。；") for t in tasks for p in list(t.progress.all())[:1]] or [
            t.result.rstrip("。；") for t in tasks if t.result
        ]
        out.append(f"（{wording.numeral(n)}）{title}。{'，'.join(words)}。" + (f"{'；'.join(dict.fromkeys(entries))}。" if entries else ""))
    return "\n".join(out)


def shown_values(report: Report) -> dict[str, dict[str, Any]]:
    """{code: {text, unit, name, definition, cut_off, frozen_at, region}} of a report's figures, for preview and document."""
    out: dict[str, dict[str, Any]] = {}
    for row in report.figures.all():
        known = figures.installed().get(row.figure)
        if known is None or row.region_id != report.office.region_id:
            continue
        figure = known.on(timezone.localtime(row.cut_off).date())
        value = figures.Value(figure, row.numerator, row.denominator, row.frozen_at)
        out[row.figure] = {
            "text": value.plain, "unit": figure.unit, "name": figure.name, "definition": figure.definition, "cut_off": row.cut_off,
            "frozen_at": row.frozen_at, "id": row.pk,
        }  # fmt: skip
    return out
