"""Administrative divisions by date."""

from __future__ import annotations

from django.db import models

from shouwang.kernel.regions.scope import LEVEL_FIELDS, Place


class Region(models.Model):
    """One division: its identity is code system + code; names and validity are years of the yearly release.

    `code` keeps 12 digits as in the statistical release; the Ministry of Civil Affairs uses the same form for other
    towns, hence `code_system`. `city`, `county`, `town` are the ancestors (self included at its own level).
    """

    PROVINCE, CITY, COUNTY, TOWN, VILLAGE = 1, 2, 3, 4, 5
    LEVELS = ((1, "省"), (2, "市"), (3, "区（县）"), (4, "镇（街道）"), (5, "村（社区）"))

    code_system = models.CharField("编码体系", max_length=12, default="stats")
    code = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级别", choices=LEVELS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")
    city = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    county = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    town = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    year_from = models.PositiveSmallIntegerField("起始年份")
    year_to = models.PositiveSmallIntegerField("终止年份", null=True, blank=True)
    rank = models.PositiveIntegerField("排序", default=0)

    class Meta:
        ordering = ["level", "rank", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code_system", "code"], name="region_code_once_per_system"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="region_level_1_to_5"),
            models.CheckConstraint(
                condition=models.Q(year_to__isnull=True) | models.Q(year_to__gte=models.F("year_from")), name="region_years_in_order"
            ),
        ]
        indexes = [models.Index(fields=["parent", "rank"], name="region_children")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        """The light value that scopes carry."""
        return Place(id=self.pk, level=self.level, code=self.code, name=self.name)

    def in_force(self, year: int) -> bool:
        """Whether the division stands in the release of `year`."""
        return self.year_from <= year and (self.year_to is None or year <= self.year_to)

    def ancestor_ids(self) -> dict[str, int | None]:
        """{city_id, county_id, town_id, village_id} as stored on every placed record."""
        return {
            "city_id": self.city_id,
            "county_id": self.county_id,
            "town_id": self.town_id,
            "village_id": self.pk if self.level == self.VILLAGE else None,
        }


class RegionName(models.Model):
    """A name a division bore in some years, where it bore more than one."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="names")
    name = models.CharField("名称", max_length=60)
    year_from = models.PositiveSmallIntegerField("起始年份")
    year_to = models.PositiveSmallIntegerField("终止年份")

    class Meta:
        ordering = ["region", "year_from"]
        constraints = [models.UniqueConstraint(fields=["region", "year_from"], name="region_one_name_a_year")]

    def __str__(self) -> str:
        return f"{self.name}（{self.year_from}—{self.year_to}）"


class Outline(models.Model):
    """The outline of a division for the map, as GeoJSON geometry, with the line that must be printed under it."""

    region = models.OneToOneField(Region, models.CASCADE, related_name="outline")
    geometry = models.JSONField("轮廓")
    source = models.CharField("来源", max_length=200)

    def __str__(self) -> str:
        return f"{self.region_id}"


class Placed(models.Model):
    """Abstract: a record that lies in a region; ancestor ids are stored so that scope is an equality, not a path search."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="所在区划", db_index=False)
    city = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    town = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    village = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)

    class Meta:
        abstract = True

    def put_in(self, region: Region) -> None:
        """Set the region and its ancestor ids: the one place where they are kept."""
        self.region = region
        for field, value in region.ancestor_ids().items():
            setattr(self, field, value)


__all__ = ["LEVEL_FIELDS", "Outline", "Placed", "Region", "RegionName"]
