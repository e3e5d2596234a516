"""The privacy class of every field: how sensitive it is, which group of people may see it, how it is masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from shouwang.kernel.privacy.masks import MaskKind, mask

if TYPE_CHECKING:
    from django.db.models import Model

# Fields that the kernel itself gives every record; they say nothing about a person.
BOOKKEEPING = frozenset({"id", "uid", "version", "created_at", "updated_at"})


class Privacy(IntEnum):
    """How sensitive a field is; the order counts.

    SENSITIVE is what 个人信息保护法 art. 28 names (identity documents, accounts, health, children under 14) and what this field adds:
    poverty, disability. PERSONAL tells who someone is or how to reach them. OPEN may stand in a list for anyone in scope.
    """

    OPEN = 0
    PERSONAL = 1
    SENSITIVE = 2


class Group(StrEnum):
    """Field groups: a grant names those its holder sees (a department sees its own)."""

    BASE = "base"
    CONTACT = "contact"
    IDENTITY = "identity"
    HEALTH = "health"
    EDUCATION = "education"
    LABOUR = "labour"
    HOUSING = "housing"
    INCOME = "income"
    ASSISTANCE = "assistance"
    ACCOUNT = "account"
    CASE = "case"

    @property
    def label(self) -> str:
        """The name on the screen."""
        return GROUP_LABELS[self]


GROUP_LABELS = {
    Group.BASE: "基本信息",
    Group.CONTACT: "联系方式",
    Group.IDENTITY: "身份证件",
    Group.HEALTH: "健康",
    Group.EDUCATION: "教育",
    Group.LABOUR: "就业",
    Group.HOUSING: "住房饮水",
    Group.INCOME: "收入",
    Group.ASSISTANCE: "社会救助",
    Group.ACCOUNT: "银行账户",
    Group.CASE: "个案",
}


@dataclass(frozen=True, slots=True)
class FieldClass:
    """The class of one field. `mask` is applied wherever the value is shown without a reveal; a sensitive field without one is hidden."""

    level: Privacy
    group: Group = Group.BASE
    mask: MaskKind | None = None


def open_to_scope(group: Group = Group.BASE) -> FieldClass:
    """A field anyone in scope with its group may read."""
    return FieldClass(Privacy.OPEN, group)


def personal(group: Group, mask: MaskKind | None = None) -> FieldClass:
    """A field that tells who someone is or how to reach them."""
    return FieldClass(Privacy.PERSONAL, group, mask)


def sensitive(group: Group, mask: MaskKind | None = None) -> FieldClass:
    """A field whose leak harms."""
    return FieldClass(Privacy.SENSITIVE, group, mask)


def declared(model: type[Model]) -> Mapping[str, FieldClass]:
    """What the model says itself: its class attribute ``privacy``, joined with those of its abstract bases (the nearest wins)."""
    out: dict[str, FieldClass] = {}
    for base in reversed(model.__mro__):
        out |= base.__dict__.get("privacy", {})
    return out


def classify(model: type[Model]) -> dict[str, FieldClass]:
    """{field name: class} of every stored field and forward relation of the model, in order.

    Ids, relations and the kernel's bookkeeping fields are open unless declared otherwise. A field nobody declared counts as sensitive,
    so that forgetting hides and never shows. A sealed field without a declared mask takes its own.
    """
    said = declared(model)
    return {f.name: _with_mask(f, said.get(f.name) or _default(f)) for f in _fields(model)}


def unclassified(model: type[Model]) -> list[str]:
    """The fields the model must still declare."""
    said = declared(model)
    return [f.name for f in _fields(model) if f.name not in said and not _has_default(f)]


def misdeclared(model: type[Model]) -> list[str]:
    """What contradicts itself in the declaration, one sentence each, for the conformance test."""
    from shouwang.kernel.privacy.fields import EncryptedTextField

    label, said = model._meta.label, declared(model)
    fields = {f.name: f for f in _fields(model)}
    out = [f"{label}.{name}: declared, but there is no such field" for name in said if name not in fields]
    for name, found in classify(model).items():
        field = fields[name]
        if isinstance(field, EncryptedTextField):
            if found.level is Privacy.OPEN:
                out.append(f"{label}.{name}: encrypted, yet declared open")
            if found.mask != field.mask:
                out.append(f"{label}.{name}: declared mask {found.mask} differs from the field's {field.mask}")
            if field.blind and not _has_blind_index(model, name):
                out.append(f"{label}.{name}: blind search without an index; add models.Index(BlindTag({name!r}), name=…)")
        elif found.mask in (MaskKind.ID_NUMBER, MaskKind.PHONE, MaskKind.BANK_CARD):
            out.append(f"{label}.{name}: holds {found.mask} but is stored readable; use EncryptedTextField")
    return out


def shown(field_class: FieldClass, value: object) -> str:
    """The value as it may stand on a page without a reveal: masked, or hidden when sensitive and without a mask; None is ""."""
    if value is None or value == "":
        return ""
    if field_class.mask is not None:
        return mask(field_class.mask, str(value))
    return mask(MaskKind.TEXT, str(value)) if field_class.level is Privacy.SENSITIVE else str(value)


def _fields(model: type[Model]) -> list[Any]:
    """Stored fields and forward relations; reverse relations are the other model's."""
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


def _has_default(field: Any) -> bool:
    return bool(field.primary_key or field.is_relation or field.name in BOOKKEEPING)


def _default(field: Any) -> FieldClass:
    return open_to_scope() if _has_default(field) else FieldClass(Privacy.SENSITIVE)


def _with_mask(field: Any, found: FieldClass) -> FieldClass:
    own = getattr(field, "mask", None)
    return FieldClass(found.level, found.group, own) if own and found.mask is None else found


def _has_blind_index(model: type[Model], name: str) -> bool:
    from django.db.models import F

    from shouwang.kernel.privacy.fields import BlindTag

    held = [e for index in model._meta.indexes for e in index.expressions]
    held += [e for c in model._meta.constraints for e in getattr(c, "expressions", ())]
    return any(isinstance(e, BlindTag) and str(e.source_expressions) == str([F(name)]) for e in held)
