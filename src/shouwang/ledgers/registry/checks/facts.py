"""What the checks look at: a household, its people and windows as plain rows. Sealed values are opened here and go no further."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Values = tuple[Any, ...]


class Named(tuple[Any, ...]):
    """Values at odds of a check that looks at several fields: `field` is the one to mend."""

    field: str

    def __new__(cls, field: str, values: Values) -> Named:
        """The values with the owner.field."""
        made = super().__new__(cls, values)
        made.field = field
        return made


class Person(NamedTuple):
    """A member. `id_text` and `phone_text` are None where nothing is stored or it does not open; tags are the blind ones.

    `number` is the 18 characters of a resident's number that has the form of one, "" otherwise.
    """

    pk: int
    household_id: int
    name: str
    sex: str
    id_type: str
    birth_date: dt.date
    relation: str
    school_status: str
    out_of_school_reason: str
    health: str
    disability_type: int | None
    disability_grade: int | None
    labour: str
    insurance: str
    assistance: str
    public_post: str
    joined_on: dt.date
    left_on: dt.date | None
    age: int
    number: str
    id_text: str | None
    id_tag: bytes
    phone_text: str | None
    phone_tag: bytes


class Facts(NamedTuple):
    """The household's own columns; `lands` and `water` by field name, `last_year` is the last year its village stood, None while it stands."""

    pk: int
    region_id: int
    city_id: int | None
    county_id: int | None
    town_id: int | None
    village_id: int | None
    head_name: str
    kind: str
    registration: str
    monitoring: str
    main_cause: str
    other_causes: str
    no_labour: bool
    lands: Mapping[str, Any]
    housing_grade: str
    housing_lived_in: bool
    water: Mapping[str, bool | None]
    road_distance: Any
    last_year: int | None
    phone_text: str | None
    phone_tag: bytes


class Window(NamedTuple):
    """An income statement, amounts in 分."""

    pk: int
    household_id: int
    window_end: dt.date
    persons: int
    net: int
    transfer_dibao: int
    out_of_pocket: int
    is_latest: bool


class Standing(NamedTuple):
    """An open programme status."""

    household_id: int
    programme: str
    standing: str
    risks: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Around:
    """What holds for a whole block: the day, the codes of labour, and how often each shared tag is held in the registry.

    `ids` counts living members, the two telephones count households.
    """

    today: dt.date
    able_labour: frozenset[str]
    male_relations: frozenset[str]
    female_relations: frozenset[str]
    ids: Mapping[bytes, int] = field(default_factory=dict)
    home_phones: Mapping[bytes, int] = field(default_factory=dict)
    member_phones: Mapping[bytes, int] = field(default_factory=dict)


@dataclass(slots=True)
class Home:
    """A household with everything the checks need."""

    facts: Facts
    around: Around
    living: list[Person] = field(default_factory=list)
    left: list[Person] = field(default_factory=list)
    incomes: list[Window] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    helped: bool = False

    @property
    def head(self) -> Person | None:
        """The living head."""
        return next((p for p in self.living if p.relation == "head"), None)

    @property
    def latest(self) -> Window | None:
        """The last window of income."""
        return next((w for w in self.incomes if w.is_latest), None)

    @property
    def watching(self) -> Standing | None:
        """The open period of being watched against relapse."""
        watched = ("unstable", "borderline", "sudden")
        return next((s for s in self.standings if s.programme == "monitoring" and s.standing in watched), None)

    @property
    def on_file(self) -> bool:
        """In 建档立卡 or watched."""
        return self.facts.registration not in ("", "removed") or self.facts.monitoring not in ("", "cleared")

    def suffers(self, cause: str) -> bool:
        """Whether the cause is one it is poor for now, or a risk it is watched for; causes of those out of poverty are history."""
        poor = self.facts.registration in ("poor", "newly_poor", "relapsed")
        causes = {self.facts.main_cause, *self.facts.other_causes.split(",")} if poor else set()
        watching = self.watching
        return cause in causes or (watching is not None and cause in watching.risks.split(","))
