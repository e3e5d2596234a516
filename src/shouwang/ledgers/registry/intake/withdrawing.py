"""Taking an import back: what nobody has touched since is as it was; what somebody has stays, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from shouwang.kernel.audit.actions import change, note, permit
from shouwang.kernel.columns.sheet import NEW, Context, Written
from shouwang.kernel.errors import Refused
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.checking import check_households
from shouwang.ledgers.registry.models import CheckFinding, Household, LookAlike, Member, ProgrammeStatus

REASON = "撤回 Excel 导入"
UNDECIDED = ("open", "unsure", "lapsed")  # what the machine noted of a record that never was
GONE = "该户已不存在。"
TOUCHED = "导入后又被修改过，保持不动。请人工核对。"
USED = "导入后已有收入、帮扶、走访等记录，保持不动。请人工核对。"


def withdraw(written: Sequence[Written], context: Context) -> dict[str, str]:
    """Per key "" where it was taken back, else why not; each in a savepoint of its own."""
    out = {}
    for item in written:
        try:
            with transaction.atomic():
                out[item.key] = _one(item, context)
        except Refused as no:
            out[item.key] = no.message
        except models.ProtectedError:
            out[item.key] = USED
    return out


def _one(item: Written, context: Context) -> str:
    home = Household.objects.select_for_update().filter(pk=item.record_id).first()
    if home is None:
        return GONE
    permit(home, by=context.by, verb=policies.WITHDRAW_IMPORT, reason=REASON)
    members = {str(m.pk): m for m in Member.objects.select_for_update().filter(household=home)}
    versions = item.before.get("versions", {})
    if any(versions.get(key) not in (None, row.version) for key, row in {"home": home, **members}.items()):
        return TOUCHED
    if item.outcome == NEW:
        return _delete(home, members, set(map(str, item.before.get("added", []))), context)
    _restore(home, item.before.get("home", {}), policies.EDIT_HOUSEHOLD, context)
    for key, values in item.before.get("members", {}).items():
        if key in members:
            _restore(members[key], values, policies.EDIT_MEMBER, context)
    for pk in item.before.get("added", []):
        _remove(members[str(pk)], context)
    check_households([home.pk], today=context.today)
    return ""


def _delete(home: Household, members: Mapping[str, Member], added: set[str], context: Context) -> str:
    """A household that the import made and nobody used: it was never one."""
    if set(members) - added or home.incomes.exists() or home.helpers.exists():
        return USED
    if ProgrammeStatus.objects.filter(household=home).count() > 1:
        return TOUCHED
    for member in members.values():
        _remove(member, context)
    home.statuses.all().delete()
    CheckFinding.objects.filter(household=home).delete()
    LookAlike.objects.filter(Q(left_household=home) | Q(right_household=home), state__in=UNDECIDED).delete()
    note(home, by=context.by, verb=policies.WITHDRAW_IMPORT, today=context.today, changes={"户编号": [home.code, None]}, reason=REASON)
    home.delete()
    return ""


def _remove(member: Member, context: Context) -> None:
    note(member, by=context.by, verb=policies.WITHDRAW_IMPORT, today=context.today, changes={"人编号": [member.code, None]}, reason=REASON)
    CheckFinding.objects.filter(member=member).delete()
    LookAlike.objects.filter(Q(left_member=member) | Q(right_member=member), state__in=UNDECIDED).delete()
    member.delete()


def _restore(row: Household | Member, values: Mapping[str, Any], verb: Any, context: Context) -> None:
    if not values:
        return
    with change(row, by=context.by, verb=verb, today=context.today, reason=REASON) as locked:
        for name, value in values.items():
            setattr(locked, name, _read_back(locked, name, value))


def _read_back(row: Household | Member, name: str, value: Any) -> Any:
    """A value of the receipt as the field keeps it: days and numbers stand there as texts."""
    field: Any = row._meta.get_field(name)
    return None if value is None else field.to_python(value)
