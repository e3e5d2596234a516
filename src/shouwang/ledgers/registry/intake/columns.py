"""Which column of the workbook is which stored field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shouwang.kernel.columns.fields import Clear
from shouwang.ledgers.registry.intake.fields import FIELDS
from shouwang.ledgers.registry.models import LAND_FIELDS, WATER_FIELDS, Household, Member

HOUSEHOLD_COLUMNS: dict[str, str] = {
    **{n: n for n in ("hamlet", "address", "kind", "main_cause", "other_causes", "no_labour", *LAND_FIELDS, *WATER_FIELDS)},
    **{
        n: n
        for n in ("housing_grade", "housing_lived_in", "housing_area", "electricity", "sanitary_toilet", "paved_access", "road_distance")
    },
    **{n: n for n in ("collector_name", "collector_phone", "collected_on")},
    "home_phone": "phone",
}
MEMBER_COLUMNS: tuple[str, ...] = (
    *("name", "relation", "sex", "ethnic_group", "id_type", "id_number", "birth_date", "phone", "education", "school_status"),
    *("out_of_school_reason", "health", "disability_type", "disability_grade", "labour", "skills", "insurance", "illness_insurance"),
    *("pension", "assistance", "medical_help", "public_post", "public_post_months", "joined_on"),
)
SEALED = frozenset({"phone", "collector_phone", "id_number"})
LABELS = {f.key: f.label for f in FIELDS}
LABELS_OF_HOME = {name: LABELS[column] for column, name in HOUSEHOLD_COLUMNS.items()}
PLACES = ("county", "town", "village")
STANDING = ("registration", "since", "document")
_NULLABLE = {m: {f.name for f in m._meta.concrete_fields if f.null} for m in (Household, Member)}
_DEFAULTS = {m: {f.name: f.get_default() for f in m._meta.concrete_fields if f.has_default()} for m in (Household, Member)}


def stored(model: type[Household | Member], values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """{field: value to store} of the columns a row has; 清空 becomes the field's empty value."""
    out = {}
    for column, name in names.items():
        if column in values:
            value = values[column]
            out[name] = empty(model, name) if isinstance(value, Clear) else value
    if "disability_type" in out or "disability_grade" in out:
        for name in ("disability_type", "disability_grade"):
            if out.get(name) is not None:
                out[name] = int(out[name])
    return out


def empty(model: type[Household | Member], name: str) -> Any:
    """What a cleared field holds."""
    return None if name in _NULLABLE[model] else _DEFAULTS[model].get(name, "")
