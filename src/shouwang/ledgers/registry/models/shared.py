"""What the tables of the registry have in common: lists of fields, indexes of scoped lists, Chinese field names."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

STANDARD_SYSTEMS = ("national_registered", "gd_relative", "monitored", "ordinary")
LAND_FIELDS = ("arable_land", "forest_land", "returned_land", "orchard_land", "pasture_land", "water_area")
HOUSING_FIELDS = (
    "housing_grade",
    "housing_lived_in",
    "housing_area",
    "electricity",
    "sanitary_toilet",
    "paved_access",
    "road_distance",
)
LARGE = ("city", "county")  # levels with more rows than a page can afford to read
WATER_FIELDS = ("water_quantity", "water_quality", "water_access", "water_reliability")


def scoped_indexes(table: str, condition: Q | None = None, covered: tuple[str, ...] = ()) -> list[models.Index]:
    """Lists of one city, county, town or village by last change: an equality and a descending walk.

    `covered` columns ride along where a list is long, so that a filter by them is decided without reading the row.
    """
    return [
        models.Index(
            fields=[level, "-updated_at", "-id", *(covered if level in LARGE else ())], name=f"{table}_by_{level}", condition=condition
        )
        for level in ("city", "county", "town", "village")
    ]


def label_of(record: models.Model | type[models.Model], name: str) -> str:
    """The Chinese name of a stored field."""
    field: Any = record._meta.get_field(name)
    return str(field.verbose_name)
