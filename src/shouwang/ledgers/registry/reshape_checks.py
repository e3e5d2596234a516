"""What must hold before a household is split, merged or moved; every refusal names who or what and the remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.codes import rule, word, words
from shouwang.ledgers.registry.models import Household, HouseholdChange, IncomeStatement, Member, ProgrammeStatus

Relations = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Basis:
    """What an act rests on: the day it holds from, its document, and why."""

    effective: dt.date
    document: str
    reason: str


def living(household: Household) -> list[Member]:
    """The members now, the head first."""
    return sorted(Member.objects.filter(household=household, left_on=None), key=lambda m: (m.relation != "head", m.pk))


def counted(registration: str, monitoring: str) -> tuple[str, str]:
    """What a household is to the programmes, as far as it counts: left ones (清退, 风险消除) are none."""
    return registration if registration != "removed" else "", monitoring if monitoring != "cleared" else ""


def standing(household: Household) -> tuple[str, str]:
    """As `counted`, of a household."""
    return counted(household.registration, household.monitoring)


def check_basis(basis: Basis, households: Sequence[Household], today: dt.date) -> None:
    """The day, the document, and that none of the households is closed or waits for acceptance elsewhere."""
    if not basis.document.strip():
        raise Refused("须填写依据文件（文号、协议或户口簿变更日期）。请按实际依据填写。", field="document")
    if basis.effective > today:
        raise Refused(f"生效日期 {basis.effective} 晚于今天 {today}。请在生效之日办理。", field="effective")
    for household in households:
        policies.check_open(household)
    about = Q(source__in=households) | Q(target__in=households)
    if HouseholdChange.objects.filter(about, state="asked").exists():
        raise Refused("该户有待接收的迁移申请，不能同时办理其他变动。请先等待接收，或撤回申请。", field="household")
    last = HouseholdChange.objects.filter(about, state="done").order_by("-effective").first()
    if last is not None and basis.effective < last.effective:
        raise Refused(
            f"生效日期 {basis.effective} 早于该户上一次变动（{last.get_kind_display()}，{last.effective}）。请核对日期。", field="effective"
        )


def check_named(households: Sequence[Household], named: Sequence[int]) -> dict[int, Member]:
    """The living members by id, which must be exactly those named: a list drawn up before somebody joined or left is out of date."""
    found = {m.pk: m for household in households for m in living(household)}
    if sorted(found) != sorted(named):
        raise Refused("成员名单与现有成员不一致，可能刚有增减。请刷新页面核对后重新办理。", field="household")
    return found


def check_side(name: str, members: Mapping[int, Member], relations: Relations, today: dt.date) -> None:
    """A household as it will be: somebody in it, one head, relations that exist and fit the sex."""
    if not relations:
        raise Refused(f"{name}没有成员。请至少留一名成员；全部成员都走的，请办理并户或迁移。", field="household")
    heads = [members[i].name for i, relation in relations.items() if relation == "head"]
    if len(heads) != 1:
        said = "没有户主" if not heads else f"有 {len(heads)} 名户主（{'、'.join(heads)}）"
        raise Refused(f"{name}{said}，应有且只有一名。请在“与户主关系”中指定一名户主。", field="household")
    known = words("relation", on=today)
    sexes = {"male": rule("female_relations", on=today).value, "female": rule("male_relations", on=today).value}
    for pk, relation in relations.items():
        member = members[pk]
        if relation not in known:
            raise Refused(f"{member.name}与户主关系“{relation}”不在代码表中。请重新选择。", field=f"relation_{pk}")
        if relation in sexes[member.sex]:
            said = f"{word('sex', member.sex, on=today)}，与户主关系“{known[relation]}”"
            raise Refused(f"{member.name}为{said}，两者矛盾。请重新选择关系。", field=f"relation_{pk}")


def check_joined(members: Sequence[Member], effective: dt.date) -> None:
    """Nobody changes households before they joined."""
    for member in members:
        if member.joined_on > effective:
            raise Refused(f"生效日期 {effective} 早于{member.name}的加入日期 {member.joined_on}。请核对日期。", field="effective")


def check_periods(household: Household, effective: dt.date) -> None:
    """The open programme periods can end on that day."""
    late = ProgrammeStatus.objects.filter(household=household, until=None, since__gt=effective).first()
    if late is not None:
        raise Refused(f"生效日期 {effective} 早于该户现有项目状态的起始日期 {late.since}。请核对日期。", field="effective")


def check_standing_kept(scope: Scope, household: Household, before: tuple[str, str], after: tuple[str, str], today: dt.date) -> None:
    """Persons whose standing an act changes (into 建档立卡 or out of it) need the tier that enters county decisions."""
    if before != after and not policies.decides_standing(scope, household, today, policies.RESHAPE):
        raise NotPermitted(
            "该变动会改变成员的建档立卡或监测属性，须由区（县）扶贫工作机构依据审定文件办理。请报区（县）办理，或选择沿用原属性。"
        )


def check_undo(change: HouseholdChange) -> None:
    """Whether a merge can be undone: nothing that rests on it was entered since. Raises Refused naming what stands in the way."""
    if change.kind != HouseholdChange.Kind.MERGE:
        remedy = {"split": "请办理并户，把分出的户并回原户", "move": "请再办理一次迁移，迁回原村", "transfer": "请再办理一次成员转户"}
        raise Refused(f"{change.get_kind_display()}不能直接撤销。{remedy[change.kind]}。")
    pair = (change.source_id, change.target_id)
    later = HouseholdChange.objects.filter(Q(source__in=pair) | Q(target__in=pair), state__in=("done", "asked"), pk__gt=change.pk)
    if found := later.order_by("pk").first():
        raise Refused(f"并户之后又办理了{found.get_kind_display()}（{found.effective}），不能撤销。请先退回或撤销后一次变动。")
    if IncomeStatement.objects.filter(household_id=change.target_id, created_at__gt=change.created_at).exists():
        raise Refused("并户之后已按并入后的人口登记收入，撤销会使收入与人口不符。请改为办理分户。")
    _check_members_as_merged(change)
    open_now = set(ProgrammeStatus.objects.filter(household_id=change.target_id, until=None).values_list("pk", flat=True))
    if open_now != set(change.before["open_after"]):
        raise Refused("并户之后现户的建档立卡或监测属性已变更，不能撤销。请改为办理分户。")


def _check_members_as_merged(change: HouseholdChange) -> None:
    rows = list(change.members.select_related("member"))
    for row in rows:
        member = row.member
        if row.duplicate:
            continue
        if member.left_on is not None or member.household_id != row.to_household_id:
            raise Refused(f"并户之后{member.name}已减少或转出，不能撤销。请改为办理分户。")
        if member.relation != row.relation_after:
            raise Refused(f"并户之后修改了{member.name}与户主关系，不能撤销。请先改回，或改为办理分户。")
    known = {row.member_id for row in rows} | set(change.before["stayed"])
    fresh = Member.objects.filter(household_id=change.target_id, left_on=None).exclude(pk__in=known).first()
    if fresh is not None and change.before["head_changed"]:
        raise Refused(f"并户之后{fresh.name}加入现户，其与户主关系按现户主填写，不能撤销。请改为办理分户。")
