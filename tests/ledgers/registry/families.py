"""A household nothing is wrong with, and hands to spoil it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shouwang.kernel.privacy.normal import check_character
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.checking import check_households
from shouwang.ledgers.registry.models import WATER_FIELDS, CheckFinding, Household, Member
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, make_household

_given = iter(range(1, 10_000))


def number(birth: dt.date, sex: str, order: int, district: str = "440513") -> str:
    """A valid ID number; `order` 0–49 keeps people of one day and sex apart."""
    body = f"{district}{birth:%Y%m%d}{order * 2 + (1 if sex == 'male' else 2):03d}"
    return body + check_character(body)


@dataclass
class SoundFamily:
    """Head, wife and a daughter at primary school; poor for want of skill, with a helper and a window of income."""

    home: Household
    head: Member
    wife: Member
    daughter: Member

    def put(self, record: Any, **values: Any) -> None:
        """Write values past the actions, as an import or an old system would have left them."""
        for name, value in values.items():
            setattr(record, name, value)
        record.save()

    def codes(self, today: dt.date = TODAY) -> set[str]:
        """What a pass over the household leaves open."""
        check_households([self.home.pk], today=today)
        return set(CheckFinding.objects.filter(household=self.home, state="open").values_list("code", flat=True))


def sound_family(village: Region, **kw: Any) -> SoundFamily:
    """A family that passes every check on TODAY."""
    serial = next(_given)
    order = serial % 450
    usual: dict[str, Any] = {
        **dict.fromkeys(WATER_FIELDS, True),
        "phone": f"154{serial:08d}",
        "main_cause": "no_skill",
        "arable_land": Decimal(2),
        "road_distance": Decimal(1),
        "housing_grade": "a",
    }
    home = make_household(
        village,
        head_name="陈户主",
        **{**usual, **kw},
    )
    born = (dt.date(1970, 1, 1), dt.date(1972, 3, 4), dt.date(2010, 5, 6))
    sexes = ("male", "female", "female")
    ids = [number(b, s, order) for b, s in zip(born, sexes, strict=True)]
    head = add_member(home, name="陈户主", id_number=ids[0], birth_date=born[0])
    wife = add_member(home, name="林妻", relation="spouse", sex="female", id_number=ids[1], birth_date=born[1], phone=f"155{serial:08d}")
    daughter = add_member(
        home, name="陈小女", relation="daughter", sex="female", id_number=ids[2], birth_date=born[2], labour="none", school_status="primary"
    )
    add_status(home, standing="poor")
    home.refresh_from_db()
    add_income(home, persons=3, wage=900_000, out_of_pocket=10_000)
    add_helper(home)
    return SoundFamily(home, head, wife, daughter)
