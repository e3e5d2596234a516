"""The words the oracle is written in: what a rule says of a route, and who sees which record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.world import Person, Target, World

Sees = Callable[[Person, Target, World], bool]
ADMIN = ("accounts.manage", "accounts.grant", "accounts.unlock")
GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
EVERY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What a form could carry: enough for most acts to go through where they are allowed, so that a missing check writes something.
BODY = {
    "reason": "核验", "text": "核验", "result": "核验", "opinion": "核验", "reply": "核验", "answer": "approve", "version": "1", "promises": "核验",
    "phrase": "核验", "title": "核验", "body": "核验", "where": "一", "before": "甲", "after": "乙",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One route.

    `gate`: any of these permissions opens the page at all (none: everyone signed in; `public`: everyone). `kind`: the records its
    address names; `covers` says who may know that one exists — everybody else gets 404; `acts` who may post — everybody else is
    refused and nothing is written (`strict`: on GET too). `noted`: looking is on the audit. `settles`: open to people who must first
    change the password or verify. `lists`: the kind a GET shows completely, to everyone in `due` (none:
    everyone who may know of it). `path`, `query` and `body` say where the record's number
    stands; `fixed` and `fixed_path` what else is sent.
    """

    gate: tuple[str, ...] = ()
    methods: tuple[str, ...] = GET
    kind: str = ""
    covers: Sees | None = None
    acts: Sees | None = None
    public: bool = False
    settles: bool = False
    strict: bool = False
    noted: bool = False
    lists: str = ""
    due: Sees | None = None
    path: Callable[[Target], dict[str, Any]] = lambda target: {"pk": target.row.pk}
    body: Callable[[Target | None, World], dict[str, Any]] = lambda _target, _world: {}
    query: Callable[[Target], dict[str, Any]] = lambda _target: {}
    fixed: dict[str, Any] = field(default_factory=dict)
    fixed_path: dict[str, Any] = field(default_factory=dict)


def is_self(person: Person, target: Target, _world: World) -> bool:
    return person.user is not None and person.user.pk == getattr(target.row, "user_id", target.row.pk)


def not_self(person: Person, target: Target, world: World) -> bool:
    """Administrators do nothing to their own account."""
    return not is_self(person, target, world)


def administers(*permissions: str) -> Sees:
    """Administrators reach people through their office; people without one belong to the city."""
    return lambda p, t, _w: any(
        p.at(x, t.code) if t.code else any(len(h.code) == 4 and x in h.placed for h in p.holds) for x in permissions
    )


def party(person: Person, target: Target, _world: World) -> bool:
    """Giver or taker."""
    return person.user is not None and person.user.pk in (target.row.giver_id, target.row.taker_id)


def giver(person: Person, target: Target, _world: World) -> bool:
    return person.user is not None and person.user.pk == target.row.giver_id


def sees_job(person: Person, target: Target, world: World) -> bool:
    """Whoever asked for it, and administrators of the region the asker's office lies in; the installation's own jobs are the city's."""
    own = person.user is not None and target.row.requested_by == person.user.pk
    return own or administers("jobs.view")(person, target, world)


def sees_task(person: Person, target: Target, _world: World, permission: str = "dispatch.task.view") -> bool:
    """Regions held, the own office's tasks, and those the own office gave."""
    row = target.row
    return person.at(permission, target.code) or person.acts(permission, row.office) or person.acts(permission, row.assigner)


def sees_notice(person: Person, target: Target, world: World) -> bool:
    """Regions held and the own office's; and where a task of the notice is seen."""
    view = "dispatch.notice.view"
    tasks = (t for t in world.targets["task"] if t.row.duty.notice_id == target.row.pk)
    return person.at(view, target.code) or person.acts(view, target.row.office) or any(sees_task(person, t, world, view) for t in tasks)


def sees_report(person: Person, target: Target, _world: World) -> bool:
    """The own office's in any state; sent ones of the regions held, and of those the own office asked."""
    view, row = "dispatch.report.view", target.row
    sent = row.state in ("submitted", "accepted")
    return person.acts(view, row.office) or (sent and (person.at(view, target.code) or person.acts(view, row.request.office)))


def sees_request(person: Person, target: Target, world: World) -> bool:
    view = "dispatch.report.view"
    reports = (t for t in world.targets["report"] if t.row.request_id == target.row.pk)
    return person.at(view, target.code) or person.acts(view, target.row.office) or any(sees_report(person, t, world) for t in reports)


def sees_suggestion(person: Person, target: Target, world: World) -> bool:
    """With its report, and by the department that must answer."""
    report = next(t for t in world.targets["report"] if t.row.pk == target.row.report_id)
    responsible = target.row.responsible
    return sees_report(person, report, world) or (responsible is not None and person.acts("dispatch.task.work", responsible))


def office_of(target: Target) -> Any:
    """The office a record of dispatch belongs to."""
    row = target.row
    if target.kind == "duty":
        return row.notice.office
    if target.kind == "instruction":
        return row.slip.notice.office
    return row.task.office if target.kind == "extension" else row.report.office if target.kind == "suggestion" else row.office


def own(permission: str) -> Sees:
    """In the name of the office the record belongs to."""
    return lambda p, t, _w: p.acts(permission, office_of(t))


def assigner(permission: str) -> Sees:
    """In the name of the office that gave the task."""
    return lambda p, t, _w: p.acts(permission, (t.row.task if t.kind == "extension" else t.row).assigner)


def asker(permission: str) -> Sees:
    """In the name of the office that asked for the report."""
    return lambda p, t, _w: p.acts(permission, (t.row.report if t.kind == "suggestion" else t.row).request.office)


def both(*every: Sees) -> Sees:
    return lambda p, t, w: all(one(p, t, w) for one in every)


def either(*some: Sees) -> Sees:
    return lambda p, t, w: any(one(p, t, w) for one in some)


def sees_slip(person: Person, target: Target, _world: World) -> bool:
    office = office_of(target)
    return person.acts("dispatch.notice.view", office) or person.acts("dispatch.notice.register", office)


def task_of(target: Target, world: World) -> Target:
    return next(t for t in world.targets["task"] if t.row.pk == target.row.task_id)


def sees_extension(person: Person, target: Target, world: World) -> bool:
    return sees_task(person, task_of(target, world), world)


def sees_file(person: Person, target: Target, world: World) -> bool:
    """With the record it belongs to."""
    record: Target = target.extra["of"]
    return SEEN[record.kind](person, record, world)


def sees_duty(person: Person, target: Target, world: World) -> bool:
    """With its notice, and on its tasks."""
    notice = next(t for t in world.targets["notice"] if t.row.pk == target.row.notice_id)
    tasks = (t for t in world.targets["task"] if t.row.duty_id == target.row.pk)
    return sees_notice(person, notice, world) or any(sees_task(person, t, world) for t in tasks)


def everybody(_person: Person, _target: Target, _world: World) -> bool:
    return True


def in_reach(permission: str) -> Sees:
    """The region lies in the places at which the permission is held."""
    return lambda p, t, _w: p.at(permission, t.code)


def stands_behind(person: Person, target: Target, _world: World) -> bool:
    """A lot of the places held, and one of the town or county behind which households of theirs stand."""
    return any(person.at("produce.view", code) for code in (target.code, *target.extra.get("behind", ())))


def of_office(permission: str) -> Sees:
    """The region lies in the places held, or the record is the own department's."""
    return lambda p, t, _w: p.at(permission, t.code) or p.acts(permission, t.row.office)


def keeps(permission: str) -> Sees:
    """Households of the places held; for a helper those looked after now."""

    def sees(person: Person, target: Target, world: World) -> bool:
        if person.at(permission, target.code):
            return True
        household = target.extra.get("household", target.row)
        mine = (t.row for t in world.targets["helper"] if person.user is not None and t.row.user_id == person.user.pk)
        return person.assigned(permission) and any(h.household_id == household.pk for h in mine)

    return sees


def sees_change(person: Person, target: Target, world: World) -> bool:
    """From both places, and with the households it is about."""
    view = "registry.view"
    if person.at(view, target.code) or person.at(view, target.extra["origin"]):
        return True
    return any(keeps(view)(person, t, world) for t in world.targets["household"] if t.row in target.extra["homes"])


def named_in_a_change(person: Person, target: Target, world: World) -> bool:
    """Who is asked to receive a household is told its number."""
    return any(sees_change(person, t, world) for t in world.targets["change"] if target.row in t.extra["homes"])


def listed(permission: str) -> Sees:
    """Saved views exist for who may see their list."""
    return lambda p, _t, _w: p.may(permission)


def sees_import(person: Person, target: Target, _world: World) -> bool:
    """The own and the own office's, for who may keep the ledger it goes into."""
    row = target.row.batch if target.kind == "import_row" else target.row
    office = person.user is not None and (person.user.office_id == row.office_id or any(h.office == row.office.code for h in person.holds))
    return person.may("registry.edit") and (office or is_self(person, Target("", row, "", ""), _world))


def opens_copies(person: Person, target: Target, world: World) -> bool:
    """Copies of papers carry what pages mask: for who keeps the file, or may see masked fields whole."""
    return keeps("registry.edit")(person, target, world) or keeps("registry.reveal")(person, target, world)


def names_file(person: Person, target: Target, world: World) -> bool:
    """The name of a paper's copy stands on the page of its household; the copy itself is opened by fewer."""
    record: Target = target.extra["of"]
    return keeps("registry.view")(person, record, world) if record.kind == "paper" else sees_file(person, target, world)


# Whose words may turn up anywhere in an answer.
def home(permission: str, methods: tuple[str, ...] = BOTH, kind: str = "household", **path: Any) -> Rule:
    """A page about a household or what belongs to it."""
    return Rule((permission,), methods, kind, keeps(permission), path=lambda t: {"pk": t.row.pk, **path})


SEEN: dict[str, Sees] = {
    "user": either(administers(*ADMIN), is_self),
    "grant": either(administers(*ADMIN), is_self),
    "office": everybody,  # names and telephone numbers of offices are printed on documents
    "delegation": party,
    "handover": party,
    "job": sees_job,
    "notice": sees_notice,
    "duty": sees_duty,
    "instruction": sees_slip,
    "bulletin": own("dispatch.bulletin.draft"),
    "task": sees_task,
    "extension": sees_extension,
    "request": sees_request,
    "report": sees_report,
    "suggestion": sees_suggestion,
    "household": either(keeps("registry.view"), named_in_a_change),
    "change": sees_change,
    "pair": in_reach("registry.lookalikes"),
    "member": keeps("registry.view"),
    "helper": keeps("registry.view"),
    "import": sees_import,
    "import_row": sees_import,
    "finding": keeps("registry.view"),
    "accepted": keeps("registry.view"),
    "agreement": of_office("exchange.view"),
    "delivery": of_office("exchange.view"),
    "letter": of_office("exchange.view"),
    "question": in_reach("exchange.match"),
    "attachment": names_file,
    "visit": keeps("registry.view"),
    "lead": keeps("monitoring.view"),
    "case": keeps("monitoring.view"),
    **{kind: keeps("monitoring.view") for kind in ("objection", "measure", "follow_up", "discrepancy")},
    **{kind: in_reach("monitoring.view") for kind in ("posting", "appraisal", "batch")},
    **dict.fromkeys(("rule_draft", "rule_waiting", "rule_approved", "threshold", "sweep"), listed("monitoring.rules.view")),
    "scenario": in_reach("monitoring.simulate"),
    "paper": opens_copies,
    **dict.fromkeys(("worker", "work_record", "training", "offer", "line", "choice", "traveller", "retention"), keeps("employment.view")),
    **dict.fromkeys(("appointment", "subsidy"), keeps("employment.view")),
    **dict.fromkeys(("employer", "post"), listed("employment.view")),
    **dict.fromkeys(("plan", "priority", "departure", "destination", "vehicle", "trip", "workshop"), in_reach("employment.view")),
    "release": in_reach("employment.trace"),
    "reconciliation": in_reach("registry.edit"),
    "mapping": in_reach("registry.edit"),
    "difference": in_reach("registry.edit"),
    "impact": keeps("impact.view"),
    "fitted": keeps("impact.view"),
    "lot": stands_behind,
    "order": in_reach("produce.view"),
    "need": in_reach("produce.view"),
    "campaign": in_reach("produce.view"),
    "buyer": listed("produce.view"),  # buyers and what they want are for every seller
    "demand": listed("produce.view"),
    "supplier": listed("produce.view"),
    "shock": listed("impact.view"),  # what hits a place is no secret
}
