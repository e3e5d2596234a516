"""What would become of each household of the workbook: read set-wise, written nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from shouwang.kernel.columns.fields import Clear, Line
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, SUSPECT, UPDATE, Bundle, Context, Plan
from shouwang.kernel.pasted import RowError
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.normal import eighteen
from shouwang.kernel.privacy.sealed import Sealed
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.consistency import member_problems
from shouwang.ledgers.registry.identity import clean_number, id_problem, phone_problem, split_disability_number
from shouwang.ledgers.registry.intake.columns import (
    HOUSEHOLD_COLUMNS,
    LABELS,
    LABELS_OF_HOME,
    MEMBER_COLUMNS,
    PLACES,
    SEALED,
    STANDING,
    stored,
)
from shouwang.ledgers.registry.intake.places import Villages
from shouwang.ledgers.registry.intake.suspects import suspects_of
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.policies import EDIT, decides_standing

MEMBER_NAMES = {n: n for n in MEMBER_COLUMNS}
MASKED = {"name": MaskKind.NAME, "address": MaskKind.ADDRESS}
TOGETHER = (
    *("birth_date", "sex", "relation", "joined_on", "school_status", "out_of_school_reason", "disability_type", "disability_grade"),
    *("health", "public_post", "public_post_months"),
)


@dataclass
class Person:
    """A row matched: the member it changes (None = new) and the fields it sets that differ."""

    line: Line
    member: Member | None
    values: dict[str, Any]


@dataclass
class Home:
    """A bundle matched: the household it changes (None = new), where it lies, what differs, its people, its standing if new."""

    household: Household | None
    region: Region | None
    values: dict[str, Any]
    people: list[Person] = field(default_factory=list)
    standing: dict[str, Any] = field(default_factory=dict)
    head_name: str = ""


@dataclass
class _Known:
    """What one chunk looks up once."""

    homes: dict[str, Household]
    members: dict[int, list[Member]]
    taken: dict[str, dt.date | None]
    codes: dict[str, int]
    villages: Villages


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a bundle; four to eight queries whatever their number."""
    known = _look_up(bundles, context)
    plans = [_plan(bundle, known, context) for bundle in bundles]
    suspects_of([p for p in plans if p.sound], context)
    for plan in plans:
        for row, found in plan.suspects.items():
            if found and row not in context.cleared:
                plan.verdicts[row] = SUSPECT
    return plans


def _look_up(bundles: Sequence[Bundle], context: Context) -> _Known:
    codes = [b.key for b in bundles]
    rows = Household.objects.within(context.by, EDIT).filter(code__in=codes, closed_on=None).select_related("region")
    if connection.in_atomic_block:  # about to be written: nobody may change them in between
        rows = rows.select_for_update(of=("self",))
    homes = {h.code: h for h in rows}
    members: dict[int, list[Member]] = {h.pk: [] for h in homes.values()}
    for m in Member.objects.filter(household__in=list(members), left_on=None).order_by("pk"):
        members[m.household_id].append(m)
    said = {str(line.values["member_code"]) for b in bundles for line in b.lines if "member_code" in line.values}
    with rls.everywhere():  # a number that is taken is taken wherever it is
        taken = dict(Household.objects.filter(code__in=[c for c in codes if c not in homes]).values_list("code", "closed_on"))
        owners = dict(Member.objects.filter(code__in=said).values_list("code", "household_id")) if said else {}
    villages = context.memory.get("villages") or context.memory.setdefault("villages", Villages(context.by, context.today))
    return _Known(homes, members, taken, owners, villages)


def _plan(bundle: Bundle, known: _Known, context: Context) -> Plan:
    home = known.homes.get(bundle.key)
    loaded = Home(home, None, {})
    plan = Plan(bundle, {}, load=loaded)
    first = bundle.lines[0]
    if home is None and bundle.key in known.taken and known.taken[bundle.key]:
        _wrong(
            first, "户编号", bundle.key, f"该户已于 {known.taken[bundle.key]} 并入他户，编号不再使用。请改填并入后的户编号，或从表中删去。"
        )
    elif home is None and bundle.key in known.taken:
        _wrong(first, "户编号", bundle.key, "该编号的户不在您的管理范围内。请核对编号；确需办理的，由该户所在镇（街道）导入。")
    shared = _shared(bundle)
    loaded.region = _region(bundle, shared, home, known, context)
    loaded.values = _household_values(bundle, shared, home)
    _people(bundle, loaded, known, context)
    _heads(bundle, loaded, known)
    loaded.standing = _standing(bundle, shared, home, loaded, context)
    plan.label = loaded.head_name
    _verdicts(plan, loaded)
    return plan


def _wrong(line: Line, label: str, value: Any, words: str) -> None:
    line.errors.append(RowError(line.row, label, str(value)[:30], words))


def _shared(bundle: Bundle) -> dict[str, Any]:
    """The household's columns over its rows; a later row that says otherwise is in error."""
    out: dict[str, Any] = {}
    for line in bundle.lines:
        for column in (*PLACES, *HOUSEHOLD_COLUMNS, *STANDING):
            if column not in line.values:
                continue
            value = line.values[column]
            if column in out and out[column] != value:
                said = "" if column in ("home_phone", "collector_phone") else value
                _wrong(
                    line,
                    LABELS[column],
                    said,
                    f"与本户第 {bundle.lines[0].row} 行起填写的不一致。同一户的户信息须相同，请改成一致或只填一行。",
                )
            out.setdefault(column, value)
    return out


def _region(bundle: Bundle, shared: Mapping[str, Any], home: Household | None, known: _Known, context: Context) -> Region | None:
    """Where a new household lies; an existing one is not moved by a workbook."""
    said = {n: str(shared[n]) for n in PLACES if n in shared and not isinstance(shared[n], Clear)}
    if home is None and "village" not in said:
        _wrong(bundle.lines[0], "村（社区）", "", "新增户须填写所在村（社区）。请补填。")
        return None
    if "village" not in said:
        return home.region if home else None
    found, words = known.villages.find(said, context.today)
    if found is None:
        _wrong(bundle.lines[0], "村（社区）", said["village"], words)
    elif home is not None and found.pk != home.region_id:
        _wrong(bundle.lines[0], "村（社区）", said["village"], f"该户登记在“{home.region.name}”。迁移请在户档案中办理，不能通过导入改村。")
    return found


def _household_values(bundle: Bundle, shared: Mapping[str, Any], home: Household | None) -> dict[str, Any]:
    values = stored(Household, shared, HOUSEHOLD_COLUMNS)
    for column in ("home_phone", "collector_phone"):
        said = shared.get(column)
        if isinstance(said, str) and "*" not in said and (problem := phone_problem(said)):
            _wrong(bundle.lines[0], LABELS[column], "", problem)
    if "main_cause" in values and values.get("other_causes"):
        values["other_causes"] = ",".join(c for c in values["other_causes"].split(",") if c != values["main_cause"])
    return _differing(bundle.lines[0], home, values, LABELS_OF_HOME)


def _people(bundle: Bundle, loaded: Home, known: _Known, context: Context) -> None:
    held = known.members.get(loaded.household.pk, []) if loaded.household else []
    used: set[int] = set()
    for line in bundle.lines:
        values = _identified(line)
        member = _match(line, values, held, used, known, loaded.household)
        if member is not None:
            used.add(member.pk)
            values = {k: v for k, v in values.items() if not (k in ("birth_date", "sex", "id_type") and k not in line.values)}
        if member is None:
            _check_new(line, values, context.today)
        changed = _differing(line, member, values, LABELS)
        if changed:
            _check_person(line, member, changed, context.today)
        loaded.people.append(Person(line, member, changed))


def _identified(line: Line) -> dict[str, Any]:
    """The member's fields of a row, with what the number tells where the row does not say it; wrong numbers are noted."""
    values = stored(Member, line.values, MEMBER_NAMES)
    number = values.get("id_number")
    if isinstance(number, str) and "*" not in number:
        number, kind, grade = split_disability_number(clean_number(number))
        values["id_number"] = number
        if kind:
            values["disability_type"], values["disability_grade"] = kind, grade
        if len(number) == 18 and not id_problem(number):
            values.setdefault("birth_date", dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14])))
            values.setdefault("sex", "male" if int(number[16]) % 2 else "female")
    return values


def _match(
    line: Line, values: Mapping[str, Any], held: Sequence[Member], used: set[int], known: _Known, home: Household | None
) -> Member | None:
    """The living member of the household that a row means: by number, by ID, by name and birth (or name alone where it stands once)."""
    free = [m for m in held if m.pk not in used]
    code = line.values.get("member_code")
    if code is not None:
        if found := next((m for m in free if m.code == code), None):
            return found
        if code in known.codes:
            owner = known.codes[code]
            here = home is not None and owner == home.pk
            words = "该成员已登记减少或在本表中重复。" if here else "该人编号属于另一户。"
            _wrong(line, "人编号", code, f"{words}请核对编号；新增成员请留空，由系统编号。")
            return None
    number = values.get("id_number")
    if isinstance(number, str) and number and (found := next((m for m in free if _same_number(m, number)), None)):
        return found
    named = [m for m in free if _same_name(m.name, values.get("name"))]
    born = [m for m in named if values.get("birth_date") in (None, m.birth_date)]
    return born[0] if (len(born) == 1 and len(named) == 1) or (len(born) == 1 and values.get("birth_date")) else None


def _same_number(member: Member, number: str) -> bool:
    held: Sealed | None = member.id_number
    return held is not None and sealed_same(held, number)


def sealed_same(held: Sealed, said: str) -> bool:
    """Whether the stored value is what was typed, or its mask; compared by search tag, which costs no decryption."""
    if "*" in said:
        return str(held) == said
    tags = held.spec.tags(said) if held.spec.blind else []
    return bytes(held.stored[: held.spec.tag_bytes]) in tags if tags else held.reveal() == said


def _same_name(held: str, said: Any) -> bool:
    return isinstance(said, str) and (held == said or ("*" in said and mask(MaskKind.NAME, held) == said))


def _check_person(line: Line, member: Member | None, changed: Mapping[str, Any], today: dt.date) -> None:
    """What is wrong in itself, or would contradict what else is known of the person; what was wrong before is not held against the row."""
    before: dict[str, Any] = {n: getattr(member, n) for n in TOGETHER} if member is not None else {}
    after = {**before, **changed}
    number = changed.get("id_number")
    kind = changed.get("id_type") or (member.id_type if member else "resident")
    resident = isinstance(number, str) and number and kind == "resident"
    if resident and (problem := _number_problem(str(number), after.get("birth_date"), after.get("sex") or "")):
        _wrong(line, "证件号码", mask(MaskKind.ID_NUMBER, str(number)), problem)
    phone = changed.get("phone")
    if isinstance(phone, str) and phone and (problem := phone_problem(phone)):
        _wrong(line, LABELS["phone"], mask(MaskKind.PHONE, phone), problem)
    known = member_problems(before, today) if member is not None else []
    for name, words in member_problems(after, today):
        if (name, words) not in known:
            value = after.get(name)
            _wrong(line, LABELS[name], "" if value is None else value, words)


def _number_problem(number: str, birth: dt.date | None, sex: str) -> str:
    if len(number) == 15 and number.isdigit():
        again = eighteen(number)
        fits = "" if id_problem(again, birth=birth, sex=sex) else f"升位后应为 {mask(MaskKind.ID_NUMBER, again)}，"
        return f"是 15 位旧号码。{fits}请按现行身份证填写 18 位号码。"
    return id_problem(number, birth=birth, sex=sex)


def _check_new(line: Line, values: dict[str, Any], today: dt.date) -> None:
    """A new member says who it is; what may be left out gets its usual value."""
    for name in ("name", "relation"):
        if not values.get(name) and not any(e.field == LABELS[name] for e in line.errors):
            _wrong(line, LABELS[name], "", "新增成员须填写。请补填。")
    for name in ("name", "id_number", "phone"):
        if "*" in str(values.get(name) or ""):
            _wrong(line, LABELS[name], "", "是脱敏后的内容，新增成员须填写完整内容。请补全。")
    kind = values.setdefault("id_type", "resident" if values.get("id_number") else "none")
    if kind == "resident" and not values.get("id_number"):
        _wrong(line, "证件号码", "", "证件类型为居民身份证，须填写证件号码。尚未办理的，请把证件类型改为户口簿或无证件。")
    number = values.get("id_number")
    broken = any(e.field == "证件号码" for e in line.errors) or (number and kind == "resident" and id_problem(str(number)))
    for name in ("sex", "birth_date"):
        if not values.get(name) and not broken and not any(e.field == LABELS[name] for e in line.errors):
            _wrong(line, LABELS[name], "", "证件号码中看不出，须填写。请补填。")
    values.setdefault("joined_on", max(today, values["birth_date"]) if values.get("birth_date") else today)
    values.setdefault("disability_type", None)
    values.setdefault("school_status", "not_in_school")


def _heads(bundle: Bundle, loaded: Home, known: _Known) -> None:
    """Exactly one head in the household as it would be."""
    said = {p.member.pk: p.values.get("relation", p.member.relation) for p in loaded.people if p.member}
    held = known.members.get(loaded.household.pk, []) if loaded.household else []
    heads = [m.name for m in held if said.get(m.pk, m.relation) == "head"]
    new = [p for p in loaded.people if p.member is None and p.values.get("relation") == "head"]
    names = heads + [str(p.values.get("name") or "") for p in new]
    loaded.head_name = (
        names[0] if names else loaded.household.head_name if loaded.household else str(bundle.lines[0].values.get("name") or "")
    )
    if len(names) > 1:
        line = new[-1].line if new else next((p.line for p in loaded.people if p.values.get("relation") == "head"), bundle.lines[0])
        _wrong(
            line,
            "与户主关系",
            "户主",
            f"该户会有 {len(names)} 名户主（{'、'.join(n for n in names if n)}），一户只能有一名。请核对各行与户主关系。",
        )
        return
    touched = any("relation" in p.values or p.member is None for p in loaded.people)
    told = any(e.field == "与户主关系" for line in bundle.lines for e in line.errors)
    if not names and touched and not told:
        _wrong(bundle.lines[0], "与户主关系", "", "该户没有户主。请把户主本人的“与户主关系”填为“户主”。")


def _standing(bundle: Bundle, shared: Mapping[str, Any], home: Household | None, loaded: Home, context: Context) -> dict[str, Any]:
    """The programme standing a new household comes with; an existing one's goes by a county decision, not by a workbook."""
    said = {n: shared[n] for n in STANDING if n in shared and not isinstance(shared[n], Clear)}
    line = bundle.lines[0]
    standing = said.get("registration")
    if home is not None:
        if standing is not None and standing != home.registration:
            _wrong(line, "建档立卡属性", "", "与系统登记的不一致。项目状态以审定文件为准，请由区（县）在户档案中登记，此处请留空。")
        return {}
    if standing is None:
        return {}
    if missing := [LABELS[n] for n in ("since", "document") if n not in said]:
        _wrong(line, "建档立卡属性", "", f"登记项目状态须同时填写{'、'.join(missing)}。请按审定文件补填。")
    elif said["since"] > context.today:
        _wrong(line, "认定时间", said["since"], f"晚于今天 {context.today}。请按审定文件填写。")
    elif loaded.region is not None and not decides_standing(context.by, loaded.region, context.today, EDIT):
        _wrong(line, "建档立卡属性", "", "项目状态由区（县）及以上机构登记。请留空，导入后报区（县）扶贫办登记。")
    return said


def _differing(line: Line, record: Household | Member | None, values: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """The values that differ from the record's; a mask that is not the stored value's is in error."""
    if record is None:
        return dict(values)
    out = {}
    for name, value in values.items():
        held = getattr(record, name)
        if isinstance(held, Sealed):
            if isinstance(value, str) and value and sealed_same(held, value):
                continue
        elif (
            held == value
            or (value in (None, "") and held in (None, ""))
            or (name in MASKED and "*" in str(value) and mask(MASKED[name], str(held)) == value)
        ):
            continue
        if isinstance(value, str) and "*" in value and (name in SEALED or name in MASKED):
            _wrong(line, labels[name], "", "是脱敏后的内容，且与系统中的不一致。请填写完整内容，或恢复为导出时的样子。")
            continue
        out[name] = value
    return out


def _verdicts(plan: Plan, loaded: Home) -> None:
    """A row's verdict; what changes in the household itself counts to its first row."""
    for at, person in enumerate(loaded.people):
        changed = [LABELS[n] for n in person.values]
        if at == 0 and loaded.household is not None:
            changed = [LABELS_OF_HOME[n] for n in loaded.values] + changed
        row = person.line.row
        if person.line.errors:
            plan.verdicts[row] = ERROR
        elif person.member is None:
            plan.verdicts[row] = NEW
        else:
            plan.verdicts[row] = UPDATE if changed else SAME
            plan.changes[row] = changed
