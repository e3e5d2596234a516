"""Who may do what where: the value that every query and action takes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

LEVEL_FIELDS = {2: "city_id", 3: "county_id", 4: "town_id", 5: "village_id"}
LEVEL_NAMES = {1: "省", 2: "市", 3: "区（县）", 4: "镇（街道）", 5: "村（社区）"}


@dataclass(frozen=True, slots=True)
class Place:
    """A region reduced to what scope needs."""

    id: int
    level: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class OfficeRef:
    """An office reduced to what scope needs."""

    id: int
    code: str
    name: str
    tier: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Hold:
    """One grant in force: a role's permissions at a place, over the records of the holder's office, or over assigned records.

    `place` None: an `assigned` hold covers what is assigned to the person, any other what belongs to office `office_id`.
    `groups` are the field groups that may be seen; None means all. `office_id` is the office of the person who was granted the
    role: for a delegation the giver's.
    """

    role: str
    permissions: frozenset[str]
    place: Place | None
    groups: frozenset[str] | None = None
    on_behalf_of: str = ""
    office_id: int | None = None
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """A signed-in person (or the system) with everything held at this moment."""

    user_id: int | None
    user_name: str
    office: OfficeRef | None
    holds: tuple[Hold, ...] = ()
    everything: bool = False
    device: str = "desk"
    request_id: str = ""

    @classmethod
    def system(cls, name: str = "系统") -> Scope:
        """The scope of background work and the command line: every permission everywhere, recorded under `name`."""
        return cls(user_id=None, user_name=name, office=None, everything=True)

    def may(self, permission: str) -> bool:
        """Whether the permission is held anywhere at all: decides menus and routes, never rows."""
        return self.everything or any(permission in h.permissions for h in self.holds)

    def may_at(self, permission: str, record: Any) -> bool:
        """Whether the permission covers `record`, anything with city_id … village_id (a Placed record or a Region).

        Records that are covered only by assignment are not decided here: a ledger's `within` does.
        """
        if self.everything:
            return True
        ids = record.ancestor_ids() if hasattr(record, "ancestor_ids") else {f: getattr(record, f) for f in LEVEL_FIELDS.values()}
        return any(
            permission in h.permissions and h.place is not None and (h.place.level <= 1 or ids[LEVEL_FIELDS[h.place.level]] == h.place.id)
            for h in self.holds
        )

    def q(self, permission: str, prefix: str = "", assigned: Q | None = None, office: str = "") -> Q:
        """The filter that keeps a queryset inside this scope; nothing held = nothing matched.

        `prefix` leads to the placed record (``household__``); `assigned` says which rows an assigned hold covers; `office` is the
        path to the office id by which a hold over the own office's records covers rows.
        """
        if self.everything:
            return Q()
        reach = Q(pk__in=[])
        for hold in self.holds:
            if permission not in hold.permissions:
                continue
            if hold.place is None:
                if hold.assigned and assigned is not None:
                    reach |= assigned
                elif not hold.assigned and office and hold.office_id is not None:
                    reach |= Q(**{office: hold.office_id})
            elif hold.place.level <= 1:
                return Q()
            else:
                reach |= Q(**{f"{prefix}{LEVEL_FIELDS[hold.place.level]}": hold.place.id})
        return reach

    def offices(self, permission: str) -> frozenset[int]:
        """The offices in whose name the permission may be used: the own one, and those of people who delegated."""
        return frozenset(h.office_id for h in self.holds if permission in h.permissions and h.office_id is not None)

    def acts_for(self, permission: str, office_id: int) -> bool:
        """Whether the permission may be used in the name of that office (work on its task, sign its report)."""
        return self.everything or office_id in self.offices(permission)

    def sees(self, permission: str, group: str) -> bool:
        """Whether the field group is visible under the permission (departments see their own fields)."""
        return self.everything or any(permission in h.permissions and (h.groups is None or group in h.groups) for h in self.holds)

    def places(self, permission: str) -> tuple[Place, ...]:
        """The places at which the permission is held, widest first."""
        return tuple(sorted({h.place for h in self.holds if h.place and permission in h.permissions}, key=lambda p: (p.level, p.code)))

    @property
    def home(self) -> Place | None:
        """The place a page starts from: the office's own, else the widest held."""
        if self.office and self.office.place:
            return self.office.place
        held: Iterable[Place] = (h.place for h in self.holds if h.place)
        return min(held, key=lambda p: (p.level, p.code), default=None)
