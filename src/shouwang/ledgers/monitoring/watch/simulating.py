"""Simulations over the newest snapshot: the lines of the day, the scenarios of a form, figures by town."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict

from shouwang.engine.simulation.scenario import LINES, Measure, Scenario, ScenarioError, Shock
from shouwang.engine.snapshot import RISK_BITS, Snapshot
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import SavedScenario, SimulationRun
from shouwang.ledgers.monitoring.watch import book, policies
from shouwang.ledgers.monitoring.watch.desk import region_of
from shouwang.ledgers.monitoring.watch.policies import SIMULATE
from shouwang.ledgers.monitoring.watch.snapshot import at_once, snapshots
from shouwang.ledgers.registry.codes import rule
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.policies import VIEW as VIEW_HOUSEHOLD

if TYPE_CHECKING:
    from shouwang.engine.simulation.columns import Population
    from shouwang.engine.simulation.tally import Outcome

JOB = "monitoring.simulation"
LISTED = 100
SOURCES = {
    "out_wage": "县外务工工资", "wage": "全部工资性收入", "local_wage": "县内工资", "business": "生产经营性收入",
    "transfer": "转移性收入", "property": "财产性收入",
}  # fmt: skip
MEASURES = {"": "不设措施", "relief": "临时救助（元/人，一次）", "post": "公益性岗位（元/月·户）", "refund": "补偿损失（%）"}
LINE_WORDS = dict(zip(LINES, ("贫困线", "监测范围"), strict=True))
STAGE_WORDS = ("冲击前", "冲击后", "措施后")


@dataclass(frozen=True, slots=True)
class Town:
    """One town's line of the result: households under each line before, after the shock, after measures; who fell, who was held."""

    name: str
    county: str
    households: int
    persons: int
    poverty: tuple[int, ...]
    monitoring: tuple[int, ...]
    fallen: tuple[int, ...]
    held: tuple[int, ...]
    exposed: int
    loss: int
    cost: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Town:
        """Back from JSON, which knows no tuples."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the page shows, plain data that can be kept: `name` and `total` of the first scenario, `stages` one row a stage and line,
    `grid` one row a scenario, `towns` of the first scenario, `keys` {line: lake keys of the first households that fall}."""

    name: str
    asof: dt.date
    households: int
    persons: int
    unknown: int
    total: dict[str, int]
    stages: list[dict[str, Any]]
    towns: list[Town]
    grid: list[dict[str, Any]]
    keys: dict[str, list[int]]

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "asof": self.asof.isoformat()}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Simulated:
        """Back from `as_data`."""
        towns = [Town.of(t) for t in data["towns"]]
        return cls(**{**data, "asof": dt.date.fromisoformat(data["asof"]), "towns": towns})

    def homes(self, by: Scope) -> dict[str, list[Household]]:
        """{line: the first of the households that fall}, as far as the person may see household files."""
        return {line: _homes(keys, by) for line, keys in self.keys.items()}


def counties_of(scope: Scope) -> list[str]:
    """Six-digit codes of the counties a person may simulate."""
    rows = Region.objects.filter(level=Region.COUNTY).filter(scope.q(SIMULATE))
    return [c[:6] for c in rows.order_by("rank", "code").values_list("code", flat=True)]


def places(scope: Scope) -> list[tuple[str, str]]:
    """Where a shock may strike: the person's counties and towns, "" = all of them."""
    rows = Region.objects.filter(level__in=(Region.COUNTY, Region.TOWN)).filter(scope.q(SIMULATE)).select_related("county")
    listed = sorted(rows, key=lambda r: (r.county.rank if r.county else 0, r.county_id or 0, r.level, r.rank, r.code))
    return [("", "全部"), *((book.code_of(r), r.name if r.level == Region.COUNTY else f"　{r.name}") for r in listed)]


def lines_of(counties: Sequence[str], on: dt.date) -> dict[tuple[int, str], tuple[int, int]]:
    """{(county, standard system): (poverty line, monitoring range)} in 分 a head and year; raises Refused where a line is missing."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for county in counties:
        try:
            monitoring = rule(book.value("monitoring_line_of", on=on, region=county), on=on, region=county).value
            for system, name in book.value("poverty_line_of", on=on, region=county).items():
                found[int(county), system] = (_fen(rule(name, on=on, region=county).value), _fen(monitoring))
        except LookupError as no:
            raise Refused(f"{county} 在 {on} 没有贫困线或监测范围的值，不能模拟。请先在规则库补上该地该日的收入线。（{no}）") from no
    return found


def _fen(yuan: Any) -> int:
    return int(Decimal(str(yuan)) * 100)


def scenarios_of(said: Mapping[str, Any]) -> list[Scenario]:
    """The scenarios of a form: one for each percent and number of months named; raises Refused in words."""
    measure: tuple[Measure, ...] = ()
    if said.get("measure"):
        amount = int(said["amount"]) if said["measure"] == "refund" else int(said["amount"] * 100)
        measure = (Measure(said["measure"], amount, said.get("post_months") or 0, said["under"]),)
    scope = {"region": said["region"], "monitored": {"yes": True, "no": False}.get(said["who"])}
    scope["risk_mask"] = 1 << RISK_BITS[said["risk"]] if said.get("risk") else 0
    try:
        return [
            Scenario(
                f"{SOURCES[said['source']]}降 {p}%，{m} 个月", (Shock(said["source"], p, m, said.get("product", "")),), measure, **scope
            )
            for p in said["percents"]
            for m in said["months"]
        ]
    except ScenarioError as no:
        raise Refused(str(no)) from no


@dataclass(frozen=True, slots=True)
class Asked:
    """A simulation that can be computed: the scenarios, over which snapshot and counties."""

    said: Mapping[str, Any]
    scenarios: list[Scenario]
    snapshot: Snapshot
    counties: list[str]

    @property
    def codes(self) -> list[int]:
        """The counties as the snapshot names them."""
        return [int(c) for c in self.counties]

    @property
    def digest(self) -> str:
        """What tells this question about these data from another one."""
        asked = {k: str(v) for k, v in sorted(self.said.items())}
        return hashlib.sha256(json.dumps([asked, self.counties, self.snapshot.folder.name], ensure_ascii=False).encode()).hexdigest()


def ask(said: Mapping[str, Any], *, by: Scope) -> Asked:
    """The form's scenarios over the newest snapshot, in the person's own counties; raises Refused in words."""
    mine = counties_of(by)
    snapshot = next((s for s in snapshots() if {str(c) for c in s.counties} & set(mine)), None)
    if snapshot is None:
        raise Refused("还没有快照。请先在“筛查”页发起一次筛查，系统会同时生成快照。")
    counties = [c for c in mine if int(c) in snapshot.counties]
    if said["region"] and said["region"][:6] not in counties:
        raise Refused("冲击发生地不在快照或您的范围内。请重新选择。", field="region")
    if said["source"] in ("out_wage", "local_wage") and "employment" not in snapshot.feeds:
        raise Refused(
            "快照中没有人社部门的就业数据，分不清县外和县内工资。请先接收就业数据并重新生成快照，或改选“全部工资性收入”。", field="source"
        )
    return Asked(said, scenarios_of(said), snapshot, counties)


def answer(said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Simulated | None:
    """The result: at once where the places are small enough, else the one kept; None where it has to be computed in the background."""
    asked = ask(said, by=by)
    if at_once(asked.snapshot, asked.codes, today):
        return compute(asked)
    rows: Any = SimulationRun.objects
    kept = rows.within(by).filter(digest=asked.digest).exclude(result={}).first()
    return Simulated.of(kept.result) if kept else None


def start(said: Mapping[str, Any], query: Mapping[str, str], *, by: Scope, today: dt.date) -> Job:
    """Compute in the background; asked again, the same question is the same job. `query` is the form as it was sent."""
    asked, region = ask(said, by=by), region_of(by, SIMULATE)
    with transaction.atomic():
        row = SimulationRun.objects.filter(region=region, digest=asked.digest).first()
        if row is None:
            row = SimulationRun(digest=asked.digest, asof=asked.snapshot.asof, body=dict(query), started_by=by.user_name[:40])
            row.put_in(region)
            with change(row, by=by, verb=policies.START_SIMULATION, today=today):
                pass
        return enqueue(JOB, by=by, args={"run": row.pk}, key=f"simulation:{row.pk}", today=today)


def in_background(run: Run) -> dict[str, Any]:
    """The simulation as a job, by the rights of who asked; the result is kept. Raises Refused where the snapshot has gone meanwhile."""
    from shouwang.ledgers.monitoring.watch.scenario_form import ScenarioForm

    row, by = SimulationRun.objects.get(pk=run.args["run"]), run.by()
    form = ScenarioForm(QueryDict(urlencode(row.body)), places=places(by), today=run.today)
    if not form.is_valid():
        raise Refused("情景已不能计算：区划或代码有变化。请重新填写情景。")
    run.progress(0, 1, "正在逐户计算")
    asked = ask(form.cleaned_data, by=by)
    if asked.digest != row.digest:
        raise Refused("发起之后快照已经更新，结果对不上。请回到模拟页重新计算。")
    result = compute(asked).as_data()
    with run.chunk(), change(row, by=by, verb=policies.KEEP_SIMULATION, today=run.today) as locked:
        locked.result = result
        run.progress(1, 1, "")
    return {
        "words": f"模拟完成：{result['households']:,} 户，{len(result['grid'])} 个情景。",
        "link": f"/monitoring/simulation/?{urlencode(sorted(row.body.items()))}",
    }


def compute(asked: Asked) -> Simulated:
    """Every scenario in one pass; raises Refused in words."""
    from shouwang.engine.simulation.population import load
    from shouwang.engine.simulation.running import fallen, simulate

    product = asked.said.get("product")
    try:
        lines = lines_of(asked.counties, asked.snapshot.asof)
        people = load(asked.snapshot.folder, lines, counties=asked.codes, products=[product] if product else [])
        outcomes = simulate(people, asked.scenarios, gini=True)
    except ScenarioError as no:
        raise Refused(str(no)) from no
    first = outcomes[0]
    return Simulated(
        name=first.scenario.name, asof=asked.snapshot.asof, households=len(people), persons=int(people.persons.sum()), unknown=people.unknown,
        total=_total(first), stages=_stages(first, people), towns=_towns(first, people), grid=[_grid(o, people) for o in outcomes],
        keys={line: [int(k) for k in fallen(people, asked.scenarios[0], line)[:LISTED]] for line in LINES},
    )  # fmt: skip


def _total(o: Outcome) -> dict[str, int]:
    """Sums of a scenario."""
    named = {f"fell_{line}": int(o.fallen[n].sum()) for n, line in enumerate(LINES)}
    held = {f"held_{line}": int(o.held[n].sum()) for n, line in enumerate(LINES)}
    return {**named, **held, "exposed": int(o.exposed.sum()), "loss": int(o.loss.sum()), "cost": int(o.cost.sum())}


def _stages(outcome: Outcome, people: Population) -> list[dict[str, Any]]:
    shares = outcome.fgt(people.persons)
    return [
        {
            "line": LINE_WORDS[name], "stage": STAGE_WORDS[stage], "households": int(outcome.households[stage, line].sum()),
            "persons": int(outcome.persons[stage, line].sum()), "fgt": [f"{x * 100:.2f}" for x in shares[stage, line]],
            "gini": f"{outcome.gini[stage]:.4f}",
        }
        for line, name in enumerate(LINES)
        for stage in range(3)
    ]  # fmt: skip


def _grid(outcome: Outcome, people: Population) -> dict[str, Any]:
    shares = outcome.fgt(people.persons)
    return {
        "name": outcome.scenario.name, "exposed": int(outcome.exposed.sum()), "poverty": int(outcome.fallen[0].sum()),
        "monitoring": int(outcome.fallen[1].sum()), "held": int(outcome.held[1].sum()), "fgt1": f"{shares[1, 0, 1] * 100:.2f}",
        "loss": int(outcome.loss.sum()), "cost": int(outcome.cost.sum()),
    }  # fmt: skip


def _towns(outcome: Outcome, people: Population) -> list[Town]:
    import numpy as np

    size = len(people.town_codes)
    homes = np.bincount(people.town, minlength=size)
    persons = np.bincount(people.town, people.persons, size).astype(np.int64)
    codes = [f"{c}".ljust(12, "0") for c in people.town_codes.tolist()]
    names = {r.code: r for r in Region.objects.filter(code__in=codes, level=Region.TOWN).select_related("county")}
    order = sorted(range(size), key=lambda t: (names[codes[t]].county.rank, names[codes[t]].rank) if codes[t] in names else (0, 0))  # type: ignore[union-attr]  # a town has a county
    return [
        Town(
            name=names[codes[t]].name if codes[t] in names else codes[t],
            county=str(names[codes[t]].county) if codes[t] in names else "",
            households=int(homes[t]),
            persons=int(persons[t]),
            poverty=tuple(int(n) for n in outcome.households[:, 0, t]),
            monitoring=tuple(int(n) for n in outcome.households[:, 1, t]),
            fallen=tuple(int(n) for n in outcome.fallen[:, t]),
            held=tuple(int(n) for n in outcome.held[:, t]),
            exposed=int(outcome.exposed[t]),
            loss=int(outcome.loss[t]),
            cost=int(outcome.cost[t]),
        )
        for t in order
    ]


def _homes(keys: list[int], by: Scope) -> list[Household]:
    rows = Household.objects.within(by, VIEW_HOUSEHOLD).filter(lake_key__in=keys)
    return list(rows.select_related("town", "village").order_by("town", "code"))


def save(name: str, body: Mapping[str, Any], *, by: Scope, today: dt.date) -> SavedScenario:
    """Keep the form under a name for the person's place; the same name is written over. Raises Refused for an empty name."""
    name = name.strip()
    if not 1 <= len(name) <= 40:
        raise Refused("请给情景起一个 1 至 40 个字的名称。", field="name")
    region = region_of(by, SIMULATE)
    row = SavedScenario.objects.filter(region=region, name=name).first() or SavedScenario(name=name)
    if row.pk is None:
        row.put_in(region)
    with change(row, by=by, verb=policies.SAVE_SCENARIO, today=today) as locked:
        locked.body, locked.saved_by = dict(body), by.user_name
    return locked


def note_export(*, by: Scope, today: dt.date, reason: str) -> Event:
    """An export leaves a mark, with its reason. Raises Refused without one."""
    if len(reason.strip()) < 2:
        raise Refused("请填写导出用途。", field="reason")
    return note(region_of(by, SIMULATE), by=by, verb=policies.EXPORT_SIMULATION, today=today, reason=reason.strip()[:300])
