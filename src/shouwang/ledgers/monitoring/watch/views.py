"""What the pages of the watch show: pure shaping of rows read in scope."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.http import QueryDict

from shouwang.engine.feeds import feeds
from shouwang.engine.rules import KINDS, Rule
from shouwang.engine.wording import money, render
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import RuleVersion, SweepRun, ThresholdChange
from shouwang.ledgers.monitoring.models.watch import Proposal
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.monitoring.watch import book, queries
from shouwang.ledgers.monitoring.watch.forms import ConditionForm, RuleForm, fits, shape_of, when_of
from shouwang.ledgers.monitoring.watch.lifecycle import PROPOSAL
from shouwang.ledgers.monitoring.watch.policies import APPROVE, AUTHOR
from shouwang.ledgers.registry.codes import words

NO_DATA = re.compile(r"值 (\w+)：快照中没有这项部门数据")
DIGESTS = {"snapshot": "快照摘要", "rules": "规则摘要", "params": "阈值摘要", "features": "特征摘要"}
MODES = {"running": "b", "done": "g", "failed": "r"}


def kinds(lines: Iterable[queries.Line], chosen: str) -> list[dict[str, Any]]:
    """The chips above the list."""
    every = list(lines)
    counted = [("", "全部", len(every)), *((k, w, sum(x.rule.kind == k for x in every)) for k, w in KINDS.items())]
    return [{"key": k, "label": w, "count": n, "current": k == chosen} for k, w, n in counted]


def said_in_words(rule: Rule, scope: Scope, today: dt.date) -> str:
    """The rule with the thresholds of the person's place."""
    return render(rule, book.params(), book.catalog(), on=max(today, rule.valid_from), region=queries.place_code(scope))


def rule_context(name: str, scope: Scope, today: dt.date) -> dict[str, Any]:
    """A rule's page; raises OutOfScope for one that does not exist."""
    own = queries.versions(scope, name)
    published = [r for r in book.published().rules if r.id == name]
    every = [book.as_rule(v) for v in own] or published
    if not every:
        raise OutOfScope
    shown = next((book.as_rule(v) for v in own if v.state == "approved"), every[-1] if published else every[0])
    catalog = book.catalog()
    return {
        "rule": shown, "words": said_in_words(shown, scope, today), "kind": KINDS[shown.kind], "risk": words("risk", on=today).get(shown.risk, "--"),
        "fields": [(catalog.features[f], _source(catalog.features[f].source)) for f in shown.fields if f in catalog.features],
        "material": [f"{catalog.features[m.field].name}{_way(m.way)} {m.percent} % 以上" if m.percent else f"{catalog.features[m.field].name}{_way(m.way)}"
                     for m in shown.material if m.field in catalog.features],
        "own": own, "locked": not own, "record": queries.record(name, queries.records(scope)),
        "may_write": scope.may(AUTHOR), "fits": fits(shown) and shown.kind == "risk",
    }  # fmt: skip


def _way(way: str) -> str:
    return {"rises": "升高", "falls": "降低"}.get(way, "变化")


def _source(code: str) -> str:
    return feeds()[code].name if code in feeds() else "户档案"


def version_context(version: RuleVersion, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one own version."""
    rule = book.as_rule(version)
    others = [v for v in queries.versions(scope, version.rule) if v.pk != version.pk]
    before = next((v for v in others if v.state == "approved" and v.number < version.number), None)
    return {
        "row": version, "rule": rule, "words": said_in_words(rule, scope, today), "risk": words("risk", on=today).get(rule.risk, "--"),
        "before": before, "before_words": said_in_words(book.as_rule(before), scope, today) if before else "", "others": others,
        "trial": trial_of(version, scope), "backtest": backtest_of(version), "tone": PROPOSAL.states[version.state].tone,
        "owner": PROPOSAL.states[version.state].owner, "acts": acts(version, scope), "fresh": version.trial_digest == version.read().digest,
        "may_write": scope.may_at(AUTHOR, version), "events": timeline(version._meta.label_lower, str(version.pk)),
    }  # fmt: skip


def acts(row: Proposal, scope: Scope) -> dict[str, str]:
    """{move: "" or why not} of the moves that leave the state and that the person may make here."""
    out = {}
    for code, step in PROPOSAL.open_moves(row).items():
        if not scope.may_at(step.verb.permission, row):
            continue
        own = step.verb.permission == APPROVE and code != "end" and row.author_id is not None and row.author_id == scope.user_id
        out[code] = "须由另一人审批" if own else ""
    return out


def trial_of(version: RuleVersion, scope: Scope) -> dict[str, Any] | None:
    """The dry run with the towns of the person's scope by name; hours of work from the visits, precision by what was decided before."""
    said = version.trial
    if not said:
        return None
    hours = (Decimal(said["visits"]) * said["minutes"] / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)
    precision = 100 * said["right"] / said["judged"] if said.get("judged") else None
    return {**said, "hours": hours, "precision": precision, "towns": queries.towns(scope, said["towns"])}


def backtest_of(version: RuleVersion) -> list[dict[str, Any]]:
    """The back-test's rows with precision and recall in percent, None where nothing was decided."""
    out = []
    for row in version.backtest.get("rows", []):
        precision = 100 * row["right"] / row["judged"] if row["judged"] else None
        recall = 100 * (row["included"] - row["missed"]) / row["included"] if row["included"] else None
        out.append(
            {**row, "wrong": row["judged"] - row["right"], "open": row["leads"] - row["judged"], "precision": precision, "recall": recall}
        )
    return out


def base_of(name: str, today: dt.date) -> Rule | None:
    """The rule a new one is begun from. Raises Refused for one that form rows cannot say."""
    if not name:
        return None
    found = [r for r in book.rules().rules if r.id == name]
    if not found:
        raise OutOfScope
    best = max(found, key=lambda r: (r.valid_from <= today, r.version))
    if not fits(best):
        raise Refused("这条规则的条件层次较多，不能作为表单底稿。请新建规则，或换一条作底稿。")
    return best


def initial(base: Rule | None, found: RuleVersion | None, today: dt.date) -> dict[str, Any]:
    """What the form starts with."""
    if base is None:
        return {"valid_from": today, "between": "all", "within": "all"}
    first = base.material[0] if base.material else None
    return {
        "name": base.name if found else f"{base.name}（本地）", "risk": base.risk, "valid_from": base.valid_from if found else today,
        "source": base.source if found else "", "material_field": first.field if first else "", "material_way": first.way if first else "changes",
        "material_percent": (first.percent or 20) if first else 20, **shape_of(base),
    }  # fmt: skip


def typed(post: QueryDict) -> dict[str, str]:
    """What was typed, when rows are added before saving."""
    return {name: post.get(name, "") for name in RuleForm.base_fields}


def said(form: Mapping[str, Any], rows: Iterable[ConditionForm], base: Rule | None) -> dict[str, Any]:
    """The form as a rule the engine reads; raises Refused where no condition was filled in."""
    when = when_of(form["between"], form["within"], rows)
    if not when or not next(iter(when.values())):
        raise Refused("规则至少要有一个条件。请在第一行选择字段、运算符和数值。")
    return {
        "name": form["name"].strip(), "kind": "risk", "risk": form["risk"], "valid_from": form["valid_from"], "valid_to": None, "when": when,
        "material": [{"field": form["material_field"], "way": form["material_way"], "percent": form["material_percent"]}],
        "clock": base.clock if base and base.clock else "clock_check", "measures": list(base.measures) if base else [], "source": form["source"].strip(),
    }  # fmt: skip


def hints() -> list[tuple[str, str]]:
    """What may be written as the value of a field with codes."""
    return [(f.name, "、".join(f.words.values())) for f in book.catalog().features.values() if f.words]


def changes(scope: Scope) -> list[dict[str, Any]]:
    """Changes of thresholds with what may be done."""
    labels = {k: v[0] for k, v in book.published_params().by_name.items()}
    return [
        {"row": r, "label": labels[r.param].label, "value": shown(r), "tone": PROPOSAL.states[r.state].tone, "acts": acts(r, scope)}
        for r in queries.proposed(scope)
    ]


def shown(row: ThresholdChange) -> str:
    """The value with its unit."""
    unit = book.published_params().by_name[row.param][0].unit
    return money(row.value) if unit == "分" else f"{row.value:,} {unit}"


def sweep_rows(scope: Scope) -> list[dict[str, Any]]:
    """The list of runs."""
    return [{"row": r, "tone": MODES[r.state], "stopped": queries.stopped(r)} for r in queries.sweeps(scope)]


def left_out(said: Iterable[Mapping[str, str]], rules: Mapping[str, Rule]) -> list[tuple[str, list[Rule | None]]]:
    """(why, rules) of the rules that took no part: those that lack the same department's data together."""
    out: dict[str, list[Rule | None]] = {}
    for x in said:
        feed = NO_DATA.search(x["message"])
        why = f"没有{feeds()[feed[1]].owner[0]}部门的“{feeds()[feed[1]].name}”数据" if feed and feed[1] in feeds() else x["message"]
        if (rule := rules.get(x["rule"])) not in out.setdefault(why, []):
            out[why].append(rule)
    return sorted(out.items())


def sweep_context(row: SweepRun, scope: Scope) -> dict[str, Any]:
    """The page of one run."""
    names = {r.id: r for r in book.rules().rules}
    said = row.manifest
    counted = [(names.get(k), k, n) for k, n in sorted(said.get("rows_per_rule", {}).items(), key=lambda kv: -kv[1])]
    absent = said.get("left_out", [])
    return {
        "row": row, "tone": MODES[row.state], "job": queries.job_of(row), "stopped": queries.stopped(row),
        "rules": [{"name": r.name if r else k, "id": k, "kind": KINDS[r.kind] if r else "--", "n": n} for r, k, n in counted],
        "left_out": left_out(absent, names), "absent": len({x["rule"] for x in absent}),
        "digests": [(DIGESTS.get(k, k), v[:16]) for k, v in said.get("digests", {}).items()],
        "towns": queries.towns(scope, row.towns), "ran": len(said.get("rules", [])),
        "counties": len(said.get("counties", [])), "events": timeline(row._meta.label_lower, str(row.pk)), "may_view": scope.may(VIEW),
    }  # fmt: skip
