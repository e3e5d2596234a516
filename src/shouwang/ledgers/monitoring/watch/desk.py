"""Writing rules and thresholds: drafts, submission, approval by a second person, end. Nothing approved is ever rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from shouwang.engine.checking import check
from shouwang.engine.errors import Problem, SweepRefused
from shouwang.engine.rules import Rule
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import RuleVersion, ThresholdChange
from shouwang.ledgers.monitoring.models.watch import Proposal
from shouwang.ledgers.monitoring.watch import book, locks, policies
from shouwang.ledgers.monitoring.watch.lifecycle import PROPOSAL
from shouwang.ledgers.monitoring.watch.policies import AUTHOR


def region_of(scope: Scope, permission: str = AUTHOR) -> Region:
    """The place a person writes rules for: the own office's. Raises Refused where the permission does not reach it."""
    home = scope.home
    found = Region.objects.filter(pk=home.id).first() if home else None
    if found is None or not scope.may_at(permission, found):
        raise Refused("规则和阈值由市、区（县）扶贫工作机构拟定。您的账号不在这一级。")
    return found


def counties_below(region: Region) -> list[str]:
    """Six-digit codes of the counties a rule of the place works in."""
    rows = Region.objects.filter(level=Region.COUNTY)
    rows = rows.filter(pk=region.pk) if region.level == Region.COUNTY else rows.filter(city=region) if region.level == Region.CITY else rows
    return [c[:6] for c in rows.order_by("rank", "code").values_list("code", flat=True)]


def problems(rule: Rule, region: Region) -> list[Problem]:
    """What keeps the rule from ever matching, said before it is run: unknown fields, contradictions, a threshold of zero."""
    return check(rule, book.params(), book.catalog(), rule.valid_from, [int(c) for c in counties_below(region)])


def in_words(no: SweepRefused | Sequence[Problem]) -> str:
    """Problems as one message."""
    found = no.problems if isinstance(no, SweepRefused) else no
    return "；".join(str(p) for p in found)


def save_rule(
    said: Mapping[str, Any], *, version: RuleVersion | None, region: Region, by: Scope, today: dt.date, seen: int | None = None
) -> RuleVersion:
    """Write a draft: a new rule of the place, or the one in hand. `said` is a rule as the engine writes it, without id and version.

    Raises Refused for a rule that could never match, or one that is not in draft.
    """
    row = version or _fresh(region, said, by)
    body = {**said, "id": row.rule, "version": row.number, "region": book.code_of(row.region)}
    try:
        rule = Rule.read(body)
    except SweepRefused as no:
        raise Refused(in_words(no)) from no
    if found := problems(rule, row.region):
        raise Refused(in_words(found))
    with change(row, by=by, verb=policies.SAVE_RULE, today=today, version=seen) as locked:
        if locked.state != "draft":
            raise Refused("这一版已提交审批或已定，不能再改。请建立新版本。")
        locked.name, locked.source = rule.name, rule.source
        locked.valid_from, locked.valid_to = rule.valid_from, rule.valid_to
        locked.body = {**body, "valid_from": rule.valid_from.isoformat(), "valid_to": rule.valid_to and rule.valid_to.isoformat()}
    return locked


def next_version(old: RuleVersion, *, by: Scope, today: dt.date) -> RuleVersion:
    """A draft that starts as the version it will follow. Raises Refused while another one is in hand."""
    if RuleVersion.objects.filter(rule=old.rule, state__in=("draft", "submitted")).exists():
        raise Refused("这条规则已有一个未定的版本。请先处理完那个版本。")
    row = _fresh(old.region, {}, by, rule=old.rule)
    start = max(today, old.valid_from + dt.timedelta(1))
    row.name, row.source, row.valid_from = old.name, old.source, start
    row.body = {**old.body, "version": row.number, "valid_from": start.isoformat(), "valid_to": None}
    with change(row, by=by, verb=policies.SAVE_RULE, today=today) as made:
        pass
    return made


def _fresh(region: Region, said: Mapping[str, Any], by: Scope, *, rule: str = "") -> RuleVersion:
    code = book.code_of(region)
    name = rule or f"own_{code}_{1 + RuleVersion.objects.filter(rule__startswith=f'own_{code}_').values('rule').distinct().count()}"
    row = RuleVersion(rule=name, number=book.numbered(name), author_id=by.user_id, author=by.user_name)
    if said.get("valid_from"):
        row.valid_from = said["valid_from"]
    row.put_in(region)
    return row


def submit(version: RuleVersion, *, by: Scope, today: dt.date) -> RuleVersion:
    """Ask for approval. Raises Refused before a dry run of exactly this rule: who approves sees what it would cost."""
    with PROPOSAL.advance(version, "submit", by=by, today=today) as locked:
        if locked.trial_digest != locked.read().digest:
            raise Refused("提交前须先试算这一版规则：审批人要看到按镇的线索数和核实工时。请点“试算”，完成后再提交。")
    return locked


def decide(row: Proposal, move: str, *, by: Scope, today: dt.date, reason: str = "", version: int | None = None) -> Proposal:
    """Approve or send back, by somebody else than the author, at the place of the rule."""
    with PROPOSAL.advance(row, move, by=by, today=today, reason=reason, version=version) as locked:
        if locked.author_id is not None and locked.author_id == by.user_id:
            raise NotPermitted("规则和阈值须由另一人审批，不能审批自己拟定的。请交由本单位负责人或上级审批。")
        if move == "approve" and isinstance(locked, ThresholdChange):
            _check_threshold(locked)  # what is in force may have moved since it was proposed
        locked.approver, locked.decided_on, locked.reason = by.user_name, today, reason.strip()[:300]
    return locked


def drop(row: Proposal, *, by: Scope, today: dt.date) -> Proposal:
    """Give a draft up."""
    with PROPOSAL.advance(row, "drop", by=by, today=today) as locked:
        locked.reason = "拟定人作废"
    return locked


def end(row: Proposal, *, by: Scope, today: dt.date, reason: str) -> Proposal:
    """Take a rule or threshold of the own place out of force from today."""
    with PROPOSAL.advance(row, "end", by=by, today=today, reason=reason) as locked:
        locked.valid_to = max(today, locked.valid_from + dt.timedelta(1))
        locked.approver, locked.decided_on, locked.reason = by.user_name, today, reason.strip()[:300]
    return locked


def propose_threshold(said: Mapping[str, Any], *, region: Region, by: Scope, today: dt.date) -> ThresholdChange:
    """Ask for a stricter value at the place: `param`, `value` (分 or the parameter's unit), `valid_from`, `source`. Raises Refused."""
    if said["param"] not in book.published_params().by_name:
        raise Refused(f"没有名为“{said['param']}”的参数。请从列表中选择。", field="param")
    if said["valid_from"] < today:
        raise Refused(f"生效日期 {said['valid_from']} 早于今天 {today}：阈值不追溯。请改为今天或以后。", field="valid_from")
    row = ThresholdChange(**said, author_id=by.user_id, author=by.user_name)
    row.put_in(region)
    _check_threshold(row)
    taken = ThresholdChange.objects.filter(param=row.param, region=region, valid_from=row.valid_from).exclude(state="returned")
    if taken.exists():
        raise Refused("同一参数在同一天已有一条调整。请换一个生效日期，或先退回那一条。", field="valid_from")
    with change(row, by=by, verb=policies.PROPOSE_THRESHOLD, today=today) as made:
        made.state = "submitted"
    return made


def _check_threshold(row: ThresholdChange) -> None:
    locks.check_threshold(
        row.param, row.value, on=row.valid_from, counties=counties_below(row.region), rules=book.rules(), params=book.params()
    )
