"""A city with people of every role and standing, and records in every relation to them, each with a canary of its own.

What a person may reach is written down here a second time, from region codes and the role list, on purpose without Scope.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml
from django.conf import settings
from django.db.models import Model
from django.http.cookie import SimpleCookie
from django.test import Client
from django.utils import timezone

from shouwang.kernel.accounts.models import Delegation, Grant, Handover, Office, SignIn, User
from shouwang.kernel.attachments import store
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.imports.models import Import, ImportRow
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.models import Setting
from shouwang.kernel.privacy import keyring, make_missing_keys
from shouwang.kernel.regions.models import Outline, Region
from shouwang.ledgers.dispatch import models as dispatch
from tests.conformance import beside, departments, watch, world_credit, world_employment, world_impact, world_produce
from tests.factories import registry
from tests.factories.accounts import City, grant, make_office, make_region, make_user, sign_in, small_city

TODAY = dt.date(2020, 2, 17)
NOW = dt.datetime(2020, 2, 17, 9, 0, tzinfo=timezone.get_default_timezone())
DAY = dt.timedelta(days=1)
ROLES: dict[str, dict[str, Any]] = yaml.safe_load(files("shouwang.rulebook").joinpath("roles.yaml").read_text("utf-8"))["roles"]
CANARY = re.compile(r"CNRY\d{5}")
DIGITS = {2: 4, 3: 6, 4: 9, 5: 12}


@dataclass(frozen=True)
class Held:
    """One role as given: where (code digits, "" = assigned records only) and from whose office."""

    role: str
    code: str
    office: str

    @property
    def placed(self) -> frozenset[str]:
        """What holds over the region."""
        return frozenset(ROLES[self.role].get("permissions", ()))

    @property
    def own(self) -> frozenset[str]:
        """What holds over the office's own records only."""
        return frozenset(ROLES[self.role].get("office_permissions", ()))


@dataclass
class Person:
    """Somebody who asks. `state`: ok, anonymous, or unsettled (second factor or password due)."""

    name: str
    user: User | None
    holds: tuple[Held, ...] = ()
    state: str = "ok"
    cookie: str = ""

    def may(self, *permissions: str) -> bool:
        """Whether any of the permissions is held at all."""
        return any(p in h.placed | h.own for h in self.holds for p in permissions)

    def at(self, permission: str, code: str) -> bool:
        """Whether the permission is held over the region with that code."""
        return any(permission in h.placed and h.code and code.startswith(h.code) for h in self.holds)

    def assigned(self, permission: str) -> bool:
        """Whether the permission is held over assigned records."""
        return any(permission in h.placed and not h.code for h in self.holds)

    def acts(self, permission: str, office: Office) -> bool:
        """Whether the permission may be used in the name of the office."""
        return any(permission in h.placed | h.own and h.office == office.code for h in self.holds)


@dataclass
class Target:
    """A record with the region code it lies at and its canary."""

    kind: str
    row: Any
    code: str
    canary: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Everything."""

    city: City
    people: list[Person] = field(default_factory=list)
    targets: dict[str, list[Target]] = field(default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, kind: str, code: str, make: Callable[[str], Model], **extra: Any) -> Any:
        """Store a record that carries a fresh canary; returns it."""
        canary = f"CNRY{next(self._numbers):05d}"
        row = make(canary)
        self.targets[kind].append(Target(kind, row, code, canary, extra))
        return row

    def person(self, name: str) -> Person:
        """The person of that name."""
        return next(p for p in self.people if p.name == name)

    def by_canary(self) -> dict[str, Target]:
        """Every target by its canary."""
        return {t.canary: t for found in self.targets.values() for t in found if t.canary}


def build() -> World:
    """The world at 2020-02-17."""
    keyring().forget()
    make_missing_keys()
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    world = World(small_city())
    _more_places(world.city)
    for role, r in ROLES.items():
        for tier in r.get("tiers", ()):
            _person(world, role, _office_for(world.city, role, tier))
    _person(world, "helper", world.city.offices["4405-rsj"], "helper")
    for code in ("440514-fpb", "440510-fpb", "4451-fpb"):
        _person(world, "office_clerk", world.city.offices[code])
    _odd_standings(world)
    _account_records(world)
    _notices(world)
    _reports(world)
    _households(world)
    world_employment.fill(world)
    world_impact.fill(world)
    world_produce.fill(world)
    world_credit.fill(world)
    _imports(world)
    departments.add(world)
    watch.watch_records(world)
    for kind in ("notice", "task", "report"):
        for target in world.targets[kind]:
            _file(world, target)
    Outline.objects.bulk_create(
        Outline(region=r, geometry={"type": "Polygon", "coordinates": []}, source="试验") for r in Region.objects.all()
    )
    for code in PLACES:
        world.targets["region"].append(Target("region", Region.objects.get(code=code.ljust(12, "0")), code.ljust(12, "0"), ""))
    for person in world.people:
        if person.user:
            client = sign_in(Client(), person.user)
            person.cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    _end_standings(world)
    return world


def keep_signed_in() -> None:
    """A walk takes longer than a session may idle."""
    now = timezone.now()
    SignIn.objects.update(started_at=now, seen_at=now)


def client_for(person: Person) -> Client:
    """A browser in which the person has signed in; cheap, because the session is made once."""
    client = Client(raise_request_exception=False)
    if person.cookie:
        client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: person.cookie})
    return client


def _more_places(city: City) -> None:
    """A district whose code looks like the city's (4405 → 440510), and another city."""
    alike = make_region("440510", "形似区", Region.COUNTY, city.city)
    town = make_region("440510100", "形似镇", Region.TOWN, alike)
    city.villages.append(make_region("440510100001", "形似村", Region.VILLAGE, town))
    other = make_region("4451", "潮州市", Region.CITY)
    county = make_region("445102", "湘桥区", Region.COUNTY, other)
    for code, region in (("440510-fpb", alike), ("440510100-zf", town), ("4451-fpb", other), ("445102-fpb", county)):
        city.offices[code] = make_office(code, f"{region.name}办公室", region, Office.Kind.TOWN if region.level == 4 else Office.Kind.LEAD)


def _office_for(city: City, role: str, tier: int) -> Office:
    department = "nyj" if role.startswith("department") else "fpb"
    return city.offices[{2: f"4405-{department}", 3: f"440513-{department}", 4: "440513100-zf", 5: "440513100001-cwh"}[tier]]


def _person(world: World, role: str, office: Office, name: str = "", **kw: Any) -> Person:
    assigned = bool(ROLES[role].get("assigned"))
    name = name or f"{role}@{office.code}"
    user = make_user(name.replace("@", "-").replace("_", "-"), office, role, **kw)
    code = "" if assigned else office.region.code[: DIGITS[office.region.level]]
    person = Person(name, user, (Held(role, code, office.code),))
    world.people.append(person)
    return person


def _odd_standings(world: World) -> None:
    """People whose standing, not whose role, decides."""
    offices = world.city.offices
    world.people.append(Person("anonymous", None, state="anonymous"))
    world.people.append(Person("no grants", make_user("nogrants", offices["4405-fpb"])))
    for name, period in (("revoked", {"until": TODAY}), ("not yet", {"valid_from": TODAY + DAY})):
        user = make_user(name.replace(" ", ""), offices["4405-fpb"])
        grant(user, "office_clerk", world.city.city, **period)
        world.people.append(Person(name, user))
    for name, kw in (("password due", {"must_change_password": True}), ("factor due", {"second_factor_required": True})):
        person = _person(world, "office_clerk", offices["4405-fpb"], name.replace(" ", "-"), **kw)
        person.name, person.state = name, "unsettled"
    _person(world, "office_clerk", offices["4405-fpb"], "disabled").state = "anonymous"
    giver = world.person("office_clerk@440513-fpb")
    for name, period in (("stand-in", {}), ("stand-in too late", {"ends": TODAY}), ("stand-in revoked", {"revoked_at": NOW})):
        taker = make_user(name.replace(" ", ""), offices["440513-rsj"])
        values = {"starts": TODAY - 5 * DAY, "ends": TODAY + 5 * DAY, "reason": "外出", **period}
        Delegation.objects.create(giver=giver.user, taker=taker, **values)
        world.people.append(Person(name, taker, giver.holds if name == "stand-in" else ()))

    # Two roles with different reach: what one allows must not stretch to where only the other holds.
    two = _person(world, "town_clerk", offices["440513100-zf"], "two-hats")
    assert two.user is not None
    grant(two.user, "village_officer", world.city.at("440513"))
    two.holds += (Held("village_officer", "440513", "440513100-zf"),)


def _end_standings(world: World) -> None:
    """What happens to somebody who is signed in already."""
    User.objects.filter(username="disabled").update(is_active=False)
    due = world.person("factor due")
    client = client_for(due)
    session = client.session
    session.pop("second_factor")
    session.save()


# One account in each relation to the administrators of the city and of 潮阳区.
ACCOUNTS = (
    "office_clerk@4405-fpb", "office_clerk@440513-fpb", "office_clerk@440514-fpb", "office_clerk@440510-fpb", "office_clerk@4451-fpb", "no grants",
    "town_clerk@440513100-zf", "village_officer@440513100001-cwh", "department_clerk@4405-nyj", "system_admin@4405-fpb", "security_admin@440513-fpb",
)  # fmt: skip
OFFICES = (
    "4405-fpb", "440513-fpb", "440514-fpb", "440513100-zf", "440513101-zf", "440513100001-cwh", "440510-fpb", "4451-fpb", "445102-fpb",
)  # fmt: skip


PLACES = ("4405", "440513", "440514", "440513100", "440513101", "440513100001", "440510", "4451", "445102")


def _account_records(world: World) -> None:
    for user in (world.person(name).user for name in ACCOUNTS):
        code = user.office.region.code
        world.add("user", code, lambda canary, user=user: _saved(user, title=canary))
        for row in Grant.objects.filter(user=user):
            world.add("grant", code, lambda canary, row=row: _saved(row, note=canary))
    for office in (world.city.offices[code] for code in OFFICES):
        world.add("office", office.region.code, lambda canary, office=office: _saved(office, contact_line=canary))
    for row in Delegation.objects.all():
        world.add("delegation", "", lambda canary, row=row: _saved(row, reason=canary))
    pairs = [("office_clerk@440513-fpb", "office_leader@440513-fpb"), ("office_clerk@440514-fpb", "office_clerk@4405-fpb")]
    for giver, taker in pairs:
        values = {"giver": world.person(giver).user, "taker": world.person(taker).user, "effective": TODAY}
        world.add("handover", "", lambda canary, values=values: Handover.objects.create(**values, promises=canary))
    for user in (world.person("office_clerk@440513-fpb").user, world.person("office_clerk@4405-fpb").user, None):
        for state in ("queued", "failed"):
            world.add("job", user.office.region.code if user else "", lambda canary, user=user, state=state: _job(user, state, canary))


def _saved(row: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def _job(user: User | None, state: str, canary: str) -> Job:
    return Job.objects.create(
        kind="conformance",
        idempotency_key=canary,
        message=canary,
        state=state,
        run_after=NOW + 400 * DAY,
        requested_by=user.pk if user else None,
        requested_name="核验",
        business_at=TODAY,
        created_at=NOW,
        finished_at=NOW if state == "failed" else None,
    )


def _file(world: World, record: Target) -> None:
    """A file with a record: seen with it."""

    def make(canary: str) -> Attachment:
        content = f"evidence {canary}".encode()
        digest = hashlib.sha256(content).hexdigest()
        store.keep(digest, content)
        owner = {"ledger": record.row._meta.label_lower, "record_id": str(record.row.pk), "role": "evidence"}
        return Attachment.objects.create(
            **owner, digest=digest, name=f"{canary}.txt", mime="text/plain", size=len(content), added_by="核验"
        )

    world.add("attachment", record.code, make, of=record)


def _households(world: World) -> None:
    """One in each village, one that has moved out of 海门镇, and a helper's in another district."""
    helped = world.city.at("440514101201")
    for village in [*world.city.villages, helped]:
        _household(world, village)
    moved = world.targets["household"][0].row
    moved.put_in(world.city.at("440514103201"))
    moved.save()
    own = ("household", "member", "income", "helper", "finding", "accepted", "visit", "paper", "waived", "difference")
    for kind in (*own, *beside.KINDS):
        target = next(t for t in world.targets[kind] if kind == "household" or t.extra["household"] == moved)
        target.code = moved.region.code
        if kind == "difference":
            target.row.put_in(moved.region)
            target.row.save()
        elif kind != "household":
            target.row.put_beside(moved)
            target.row.save()
    _changes_and_pairs(world)
    helper = world.person("helper").user
    assignment = world.targets["helper"][-1].row
    assignment.user = helper
    assignment.save()


def _changes_and_pairs(world: World) -> None:
    """A move that waits for another district, a split inside a village; pairs inside a town and across two districts."""
    homes = [t.row for t in world.targets["household"]]
    people = [t.row for t in world.targets["member"]]
    there = world.city.at("440514103201")
    world.add(
        "change",
        there.code,
        lambda canary: registry.add_change(homes[1], homes[1], kind="move", state="asked", to=there, document=canary),
        homes=[homes[1]],
        origin=homes[1].region.code,
    )
    inside = homes[2].region
    world.add(
        "change", inside.code, lambda canary: registry.add_change(homes[2], homes[3], document=canary), homes=homes[2:4], origin=inside.code
    )
    # The code a pair lies at is that of the region that holds both sides.
    for left, right, code in ((people[2], people[3], "440513101"), (people[1], people[4], "4405")):
        world.add("pair", code, lambda canary, a=left, b=right: registry.add_pair(a, b, reason=canary))


def _household(world: World, village: Region) -> None:
    code = village.code
    household = world.add("household", code, lambda canary: registry.make_household(village, code=canary, phone="13800138000"))
    world.add(
        "member", code, lambda canary: registry.add_member(household, code=canary, id_number="440513197001010017"), household=household
    )
    world.add("income", code, lambda _canary: registry.add_income(household, wage=380_000), household=household)
    world.add("helper", code, lambda canary: registry.add_helper(household, name=canary), household=household)
    world.add("finding", code, lambda canary: registry.add_finding(household, accepted_reason=canary), household=household)
    settled = {"state": "accepted", "accepted_by": "核验", "accepted_on": TODAY, "accepted_until": TODAY + 30 * DAY}
    world.add(
        "accepted",
        code,
        lambda canary: registry.add_finding(household, code="two_spouses", accepted_reason=canary, **settled),
        household=household,
    )
    world.add("visit", code, lambda canary: registry.add_visit(household, needs="核验", visitor_name=canary), household=household)
    paper = world.add("paper", code, lambda _canary: registry.add_paper(household, "posting"), household=household)
    world.add("waived", code, lambda _canary: _waived(household), household=household)
    _file(world, next(t for t in world.targets["paper"] if t.row == paper))
    comparison = world.add("reconciliation", code, lambda canary: registry.make_reconciliation(village, file_name=canary))
    world.add("mapping", code, lambda canary: registry.make_reconciliation(village, file_name=canary, state="mapping"))
    _file(world, next(t for t in world.targets["reconciliation"] if t.row == comparison))
    world.add("difference", code, lambda canary: registry.add_difference(household, comparison, about=canary), household=household)
    registry.add_status(household)
    beside.add(world, household, code)


def _imports(world: World) -> None:
    """One checked import of an office at each level, with a row that waits for a decision."""
    for name in ("office_clerk@4405-fpb", "office_clerk@440513-fpb", "office_clerk@440514-fpb", "town_clerk@440513100-zf"):
        user = world.person(name).user
        values = {"sheet": "registry.people", "digest": "0" * 64, "size": 1, "uploaded_on": TODAY, "state": "checked", "user": user}
        values |= {"office": user.office, "header": {"columns": {"code": 0}, "named": {"0": "户编号"}, "signature": "0"}}
        batch = world.add("import", user.office.region.code, lambda c, v=values: Import.objects.create(name=f"{c}.xlsx", **v))
        row = {"batch": batch, "row": 2, "key": "H1", "verdict": "suspect"}
        world.add("import_row", user.office.region.code, lambda c, v=row: ImportRow.objects.create(label=c, **v))


def _waived(household: Any) -> Any:
    return registry.add_paper(household, "appraisal", state="waived", waived_for="核验", dated_on=None)


def _placed(row: Any, region: Region) -> Any:
    row.put_in(region)
    row.save()
    return row


def _notices(world: World) -> None:
    """One notice of the city, issued far and wide, and one each of other offices."""
    offices = world.city.offices
    for code, state in (
        ("4405-fpb", "issued"),
        ("4405-fpb", "read"),
        ("440513-fpb", "read"),
        ("440514-fpb", "checked"),
        ("4451-fpb", "issued"),
    ):
        office = offices[code]

        def make(canary: str, office: Office = office, state: str = state) -> dispatch.Notice:
            values = {"title": f"通知{canary}", "text": f"做好春耕。{canary}", "text_digest": canary, "received_on": TODAY, "state": state}
            return _placed(dispatch.Notice(office=office, signed_date=TODAY, **values), office.region)

        notice = world.add("notice", office.region.code, make)
        slip = dispatch.Slip.objects.create(notice=notice)
        world.add("instruction", office.region.code, lambda canary, slip=slip: _instruction(slip, canary))
        receivers = (
            ("440513-fpb", "440514-fpb", "4405-nyj", "440513100-zf", "440510-fpb") if code == "4405-fpb" and state == "issued" else (code,)
        )
        for position, receiver in enumerate(receivers, 1):
            duty = world.add("duty", office.region.code, lambda canary, n=notice, p=position: _duty(n, p, canary))
            if state == "issued":
                _task(world, duty, offices[receiver], office)
        world.add("bulletin", office.region.code, lambda canary, office=office, n=notice: _bulletin(office, n, canary))


def _instruction(slip: dispatch.Slip, canary: str) -> dispatch.Instruction:
    return dispatch.Instruction.objects.create(slip=slip, text=canary, leader="核验", given_at=NOW)


def _duty(notice: dispatch.Notice, position: int, canary: str) -> dispatch.Duty:
    state = "proposed" if notice.state == "read" else "confirmed"
    return dispatch.Duty.objects.create(notice=notice, position=position, text=f"做好春耕{canary}", state=state, due_at=NOW + 9 * DAY)


def _bulletin(office: Office, notice: dispatch.Notice, canary: str) -> dispatch.Bulletin:
    values = {"title": f"通报{canary}", "body": "正文", "drafted_by": "核验", "drafted_on": TODAY}
    return _placed(dispatch.Bulletin(office=office, notice=notice, **values), office.region)


def _task(world: World, duty: dispatch.Duty, office: Office, assigner: Office) -> None:
    def make(canary: str) -> dispatch.Task:
        values = {"due_at": NOW + 3 * DAY, "issued_at": NOW - DAY, "state": "acknowledged", "acknowledged_at": NOW, "result": canary}
        return _placed(dispatch.Task(duty=duty, office=office, assigner=assigner, **values), office.region)

    task = world.add("task", office.region.code, make)
    values = {"task": task, "asked_due": NOW + 5 * DAY, "former_due": NOW + 3 * DAY, "asked_by": "核验", "asked_at": NOW}
    world.add("extension", office.region.code, lambda canary: dispatch.DueDateExtension.objects.create(reason=canary, **values))


def _reports(world: World) -> None:
    """Requests of the city and of a district, with reports in hand and sent."""
    offices = world.city.offices
    asked = {
        "4405-fpb": {"440513-fpb": "drafting", "440514-fpb": "submitted", "4405-nyj": "accepted", "440510-fpb": "checking"},
        "440513-fpb": {"440513-nyj": "submitted", "440513100-zf": "drafting"},
        "4451-fpb": {"445102-fpb": "submitted"},
    }
    for asker, answers in asked.items():
        office = offices[asker]

        def make(canary: str, office: Office = office) -> dispatch.ReportRequest:
            return _placed(
                dispatch.ReportRequest(office=office, title=f"情况报告{canary}", cut_off=NOW, due_at=NOW + 3 * DAY), office.region
            )

        request = world.add("request", office.region.code, make)
        for code, state in answers.items():
            _report(world, request, offices[code], state)


def _report(world: World, request: dispatch.ReportRequest, office: Office, state: str) -> None:
    sent = NOW if state in ("submitted", "accepted") else None

    def make(canary: str) -> dispatch.Report:
        report = dispatch.Report(
            request=request, office=office, title="情况报告", main_recipient="市扶贫办", state=state, submitted_at=sent
        )
        _placed(report, office.region)
        dispatch.Passage.objects.create(report=report, part="impact", heading="影响分析", text=canary, position=1)
        return report

    report = world.add("report", office.region.code, make)
    responsible = world.city.offices["4405-nyj"]
    values = {"report": report, "position": 1, "responsible": responsible if state == "accepted" else None}
    if state == "accepted":
        values |= {"state": "assigned", "due_at": NOW + 5 * DAY}
    world.add("suggestion", office.region.code, lambda canary: _placed(dispatch.Suggestion(text=canary, **values), office.region))
