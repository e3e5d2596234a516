"""What differs between a household here and the same one in another system's export."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from shouwang.kernel.privacy.classes import Group, classify
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.sealed import Sealed
from shouwang.kernel.regions.models import Region
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry.codes import words
from shouwang.ledgers.registry.intake.columns import HOUSEHOLD_COLUMNS, MEMBER_COLUMNS
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.reconcile.reading import BY_KEY, Home

BOOK = "reconciliation"
HIDDEN_PART = "（遮盖部分不同）"
# Column of the file → stored field; what is no column of theirs is not compared.
HOME_FIELDS = {c: f for c, f in HOUSEHOLD_COLUMNS.items() if c in BY_KEY} | {"registration": "registration", "head_name": "head_name"}
MEMBER_FIELDS = {c: c for c in MEMBER_COLUMNS if c in BY_KEY}


@dataclass(frozen=True, slots=True)
class Found:
    """One difference, values as masks; `key` is the same whenever this is compared again."""

    key: str
    kind: str
    column: str
    about: str
    group: str
    ours: str
    theirs: str
    household: Household | None = None
    member: Member | None = None
    region: Region | None = None

    def where(self, on: dt.date) -> str:
        """Where it is corrected by default."""
        rules = lookup(BOOK, "correct_at", on=on).value
        return str(rules.get(self.column or self.kind, rules["*"]) if self.kind == "field" else rules[self.kind])


def key_of(*parts: object) -> str:
    """A key that names nobody."""
    return hashlib.sha256("\0".join(str(p) for p in parts).encode()).hexdigest()


def homes_differ(ours: Household, theirs: Home, fields: frozenset[str], on: dt.date) -> Iterator[Found]:
    """Household fields that are filled in on their side and not the same here."""
    yield from _fields(ours, ours, None, {k: theirs.value(k) for k in HOME_FIELDS if k in fields}, HOME_FIELDS, ours.code, on)


def people_differ(
    ours: Household, theirs: Home, living: list[Member], pairs: Mapping[int, Member], fields: frozenset[str], on: dt.date
) -> Iterator[Found]:
    """Members: the fields of those on both sides, and who is on one side only. `pairs` maps positions of theirs to ours."""
    for at, row in enumerate(theirs.people):
        if member := pairs.get(at):
            about = f"{ours.code} {mask(MaskKind.NAME, member.name)}"
            yield from _fields(member, ours, member, {k: row.get(k) for k in MEMBER_FIELDS if k in fields}, MEMBER_FIELDS, about, on)
        else:
            who = _who(row)
            key = key_of("only_theirs", "member", ours.code, who, row.get("id_number", row["name"]))
            yield Found(key, "only_theirs", "", f"{ours.code} {who}", Group.BASE, "", f"成员 {who}", ours)
    met = {m.pk for m in pairs.values()}
    for member in living if theirs.people else ():
        if member.pk not in met:
            who = f"{mask(MaskKind.NAME, member.name)}（{member.birth_date.year}）"
            yield Found(
                key_of("only_ours", "member", member.pk), "only_ours", "", f"{ours.code} {who}", Group.BASE, f"成员 {who}", "", ours, member
            )


def only_theirs(home: Home, region: Region | None) -> Found:
    """A household of theirs nobody knows here; `region` is the village their row names, None where it names none of ours."""
    head = home.value("head_name") or home.value("name") or ""
    code = "" if home.code.startswith("row") else home.code
    said = f"{code or '（无户编号）'} {mask(MaskKind.NAME, head)}户".strip()
    place = "".join(str(home.value(k) or "") for k in ("town", "village"))
    key = key_of("only_theirs", "household", code or home.value("id_number") or head)
    return Found(key, "only_theirs", "", said, Group.BASE, "", f"{said}　{place}，文件第 {home.first_row} 行"[:120], region=region)


def only_ours(household: Household) -> Found:
    """A household on file here that their export does not have."""
    said = f"{household.code} {mask(MaskKind.NAME, household.head_name)}户"
    return Found(key_of("only_ours", "household", household.pk), "only_ours", "", said, Group.BASE, said, "", household)


def pair_up(rows: list[dict[str, Any]], living: list[Member]) -> dict[int, Member]:
    """Their members and ours: by number, then by ID, then by name and birth; each of ours at most once."""
    free = {m.pk: m for m in living}
    numbers = {m.pk: m.id_number.reveal() if m.id_number else "" for m in living}
    out: dict[int, Member] = {}

    def take(same: Any) -> None:
        for at, row in enumerate(rows):
            if at in out:
                continue
            found = next((m for m in free.values() if same(m, row)), None)
            if found is not None:
                out[at] = free.pop(found.pk)

    take(lambda m, r: r.get("member_code") == m.code)
    take(lambda m, r: bool(r.get("id_number")) and numbers[m.pk] in (r["id_number"], r["id_number"][:18]))
    take(lambda m, r: _same_name(m.name, r["name"]) and birth_of(r) in (None, m.birth_date))
    return out


def birth_of(row: Mapping[str, Any]) -> dt.date | None:
    """Their date of birth, from the ID where the column is empty; None where neither says."""
    if row.get("birth_date"):
        found: dt.date = row["birth_date"]
        return found
    try:
        return dt.datetime.strptime(str(row.get("id_number", ""))[6:14], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _who(row: Mapping[str, Any]) -> str:
    born = birth_of(row)
    return mask(MaskKind.NAME, row["name"]) + (f"（{born.year}）" if born else "")


def _same_name(ours: str, theirs: str) -> bool:
    return unicodedata.normalize("NFKC", ours).replace("•", "·") == theirs


def _fields(
    record: Model, household: Household, member: Member | None, said: Mapping[str, Any], names: Mapping[str, str], about: str, on: dt.date
) -> Iterator[Found]:
    classes = classify(type(record))
    for column, theirs in said.items():
        name = names[column]
        ours = getattr(record, name)
        plain = ours.reveal() if isinstance(ours, Sealed) else ours
        if theirs is None or _equal(plain, theirs):
            continue
        known = classes[name]
        texts = [_shown(column, v, known.mask, on) for v in (plain, theirs)]
        if texts[0] == texts[1]:
            texts[1] += HIDDEN_PART
        key = key_of("field", member.pk if member else "", household.pk, column)
        yield Found(key, "field", column, about, known.group, texts[0], texts[1], household, member)


def _equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Decimal | int) and not isinstance(ours, bool) and isinstance(theirs, Decimal | int):
        return Decimal(ours) == Decimal(theirs)
    if isinstance(ours, str) and isinstance(theirs, str):
        return _folded(ours) == _folded(theirs)
    return bool(ours == theirs) or (isinstance(theirs, str) and str(ours) == theirs)


def _folded(text: str) -> str:
    return ",".join(sorted(unicodedata.normalize("NFKC", text).replace("•", "·").replace(" ", "").split(",")))


def _shown(column: str, value: Any, masked: MaskKind | None, on: dt.date) -> str:
    """A value as the list may show it: the word of a code, yes or no, or the mask."""
    if value in (None, ""):
        return "（空）"
    if masked is not None:
        return mask(masked, str(value))[:120]
    if isinstance(value, bool):
        return "是" if value else "否"
    field = BY_KEY[column]
    if field.kind == "choice":
        listed = words("registration_standing", on=on) if column == "registration" else field.choices(on) if field.choices else {}
        return "、".join(listed.get(part, part) for part in str(value).split(","))[:120]
    return f"{value}{field.unit}"[:120]
