"""What every route must answer to whom: written by hand from the roles and the domain, not read off the code.

A route that is missing here turns the permission matrix red.
"""

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
    "attachment": names_file,
    "visit": keeps("registry.view"),
    "paper": opens_copies,
    "reconciliation": in_reach("registry.edit"),
    "mapping": in_reach("registry.edit"),
    "difference": in_reach("registry.edit"),
}

VIEWS = Rule(methods=POST, covers=listed("dispatch.task.view"), fixed={"table": "tasks", "name": "核验", "shown": "text", "id": ""})
NO_VIEW = Rule(methods=POST, covers=lambda *_: False, fixed={"table": "tasks", "id": "1"})  # nobody has saved one
KERNEL = {
    "sign-in": Rule(public=True, methods=BOTH),
    "sign-out": Rule(methods=POST, settles=True),
    "account": Rule(),
    "account-password": Rule(methods=BOTH, settles=True),
    "account-factor": Rule(methods=BOTH, settles=True),
    "account-sign-out-elsewhere": Rule(methods=POST),
    "account-roles": Rule(),
    "account-delegate": Rule(("accounts.delegate",), BOTH),
    "account-delegation-revoke": Rule(methods=POST, kind="delegation", covers=party, acts=giver),
    "account-handovers": Rule(),
    "account-handover-new": Rule(("accounts.delegate",), BOTH),
    "account-handover": Rule(kind="handover", covers=party),
    "account-handover-move": Rule(methods=POST, kind="handover", covers=party, acts=giver, path=lambda t: {"pk": t.row.pk, "move": "give"}),
    "admin-offices": Rule(("accounts.manage",)),
    "admin-office-new": Rule(("accounts.manage",), BOTH),
    "admin-office": Rule(("accounts.manage",), BOTH, "office", administers("accounts.manage")),
    "admin-users": Rule(ADMIN),
    "admin-user-new": Rule(("accounts.manage",), BOTH),
    "admin-user": Rule(ADMIN, GET, "user", administers(*ADMIN)),
    "admin-user-edit": Rule(("accounts.manage",), BOTH, "user", administers("accounts.manage")),
    "admin-grant-new": Rule(("accounts.grant",), BOTH, "user", administers("accounts.grant")),
    "admin-user-deed": Rule(
        ("accounts.unlock",),
        POST,
        "user",
        administers("accounts.unlock"),
        not_self,
        path=lambda t: {"pk": t.row.pk, "deed": "force-password"},
    ),
    "admin-grant-revoke": Rule(("accounts.grant",), POST, "grant", administers("accounts.grant"), not_self),
    "jobs": Rule(("jobs.view",)),
    "job": Rule(kind="job", covers=sees_job, path=lambda t: {"job_id": t.row.pk}),
    "job-cancel": Rule(methods=POST, kind="job", covers=sees_job, path=lambda t: {"job_id": t.row.pk}),
    "job-retry": Rule(methods=POST, kind="job", covers=sees_job, path=lambda t: {"job_id": t.row.pk}),
    "views_save": VIEWS,
    "views_use": VIEWS,
    "views_delete": NO_VIEW,
    "views_columns": VIEWS,
}

FIGURE = {"code": "registry.households"}
PORTAL = {
    "home": Rule(),
    "worklist": Rule(("worklist.view",)),
    "inbox": Rule(("worklist.view",), BOTH),
    "figures": Rule(
        ("figures.view",), kind="region", covers=in_reach("figures.view"), path=lambda _t: {}, query=lambda t: {"region": t.row.pk}
    ),
    "figure": Rule(
        ("figures.view",), kind="region", covers=in_reach("figures.view"), path=lambda _t: FIGURE, query=lambda t: {"region": t.row.pk}
    ),
    "figure_rows": Rule(
        ("figures.view",), kind="region", covers=in_reach("figures.view"), path=lambda _t: FIGURE, query=lambda t: {"region": t.row.pk}
    ),
    # Outlines are geography, the same for everyone; a place without any below has no map.
    "map_outlines": Rule(("figures.view",), kind="region", covers=lambda _p, t, _w: t.row.children.exists()),
    "help": Rule(),
    "demo_advance": Rule(("demo.advance",), POST),
    "holidays": Rule(("settings.manage",), BOTH),
    "healthz": Rule(public=True, methods=EVERY),  # answered by a middleware, before anybody asks the database who it is
    "audit": Rule(("audit.view", "audit.view_own_region")),
    "audit-verify": Rule(("audit.verify",), POST),
    "attachment": Rule(kind="attachment", covers=sees_file, noted=True),
    "account-confirm": Rule(methods=BOTH),
}

VIEW, EDIT, REVEAL, EXPORT = "registry.view", "registry.edit", "registry.reveal", "registry.export"
RESHAPE, LOOKALIKES = "registry.reshape", "registry.lookalikes"
VISIT = "registry.visit"


def home(permission: str, methods: tuple[str, ...] = BOTH, kind: str = "household", **path: Any) -> Rule:
    """A page about a household or what belongs to it."""
    return Rule((permission,), methods, kind, keeps(permission), path=lambda t: {"pk": t.row.pk, **path})


def home_of(permission: str, kind: str, methods: tuple[str, ...]) -> Rule:
    """A page about a record that lies in a place and is assigned to nobody."""
    return Rule((permission,), methods, kind, in_reach(permission), fixed={"where": "ours"})


def county_decides(person: Person, target: Target, _world: World) -> bool:
    """Standings follow the county's decision: entered there or above."""
    return any(EDIT in h.placed and 0 < len(h.code) <= 6 and target.code.startswith(h.code) for h in person.holds)


def _file_of(target: Target | None, world: World) -> int:
    files = (t.row.pk for t in world.targets["attachment"] if target and t.extra["of"].row == target.row)
    return next(files, 0)


REGISTRY = {
    "registry_households": Rule((VIEW,), lists="household", due=keeps(VIEW)),
    "registry_households_export": Rule((EXPORT,), POST),
    "registry_members": Rule((VIEW,), lists="member"),
    "registry_members_export": Rule((EXPORT,), POST),
    "registry_sheet": Rule((VIEW,), lists="member"),
    "registry_sheet_export": Rule((EXPORT,), POST),
    "registry_findings": Rule((VIEW,), lists="household"),  # each of the world's households has findings of the group everyone sees
    "registry_findings_export": Rule((EXPORT,), POST),
    "registry_finding_accept": Rule((EDIT,), BOTH, "finding", keeps(EDIT), fixed={"reason": "已入户核实", "until": "2020-06-01"}),
    "registry_finding_reopen": home(EDIT, kind="accepted"),
    "registry_find": Rule((VIEW,), POST, fixed={"number": "440513197001010017"}),
    "registry_reveal": Rule(
        (REVEAL,), BOTH, "member", keeps(REVEAL), path=lambda t: {"kind": "member", "pk": t.row.pk, "field": "id_number"}
    ),
    "registry_household": home(VIEW, GET),
    "registry_print": home(VIEW, GET),
    "registry_edit": home(EDIT),
    "registry_add_member": home(EDIT),
    "registry_record_income": home(EDIT),
    "registry_status": Rule(
        (EDIT,), BOTH, "household", keeps(EDIT), county_decides, strict=True, path=lambda t: {"pk": t.row.pk, "move": "exit"}
    ),
    "registry_assign_helper": home(EDIT),
    "registry_edit_member": home(EDIT, kind="member"),
    "registry_leave": home(EDIT, kind="member"),
    "registry_correct_income": home(EDIT, kind="income"),
    "registry_end_helper": home(EDIT, kind="helper"),
    **{f"registry_{name}": home(RESHAPE) for name in ("split", "merge", "transfer", "move")},
    "registry_changes": Rule((VIEW,), lists="change"),
    "registry_change": Rule((VIEW,), GET, "change", sees_change),
    "registry_change_step": Rule(
        (RESHAPE,), POST, "change", sees_change, in_reach(RESHAPE), path=lambda t: {"pk": t.row.pk, "move": "accept"}
    ),
    "registry_lookalikes": Rule((LOOKALIKES,)),
    "registry_lookalike": Rule((LOOKALIKES,), GET, "pair", in_reach(LOOKALIKES)),
    "registry_lookalike_step": Rule(
        (LOOKALIKES,), POST, "pair", in_reach(LOOKALIKES), path=lambda t: {"pk": t.row.pk, "move": "different"}
    ),
    "registry_find_lookalikes": Rule((LOOKALIKES,), POST),
    "registry_history": home(VIEW, GET),
    "registry_visits": Rule((VIEW,), lists="visit"),
    "registry_visits_export": Rule((EXPORT,), POST),
    "registry_record_visit": home(VISIT),
    "registry_correct_visit": Rule(
        (VISIT,), BOTH, "visit", keeps(VISIT), keeps(EDIT), fixed={"day": "0", "means": "home", "reach": "reached"}
    ),
    "registry_meet_need": home(VISIT, POST, "visit"),
    "registry_papers": home(VIEW, GET),
    "registry_add_paper": Rule((EDIT,), POST, "household", keeps(EDIT), fixed={"code": "posting", "day": "0"}),
    "registry_waive_paper": Rule((EDIT,), POST, "household", keeps(EDIT), fixed={"code": "check_sheet"}),
    "registry_remove_paper": Rule((EDIT,), POST, "paper", keeps(EDIT), body=lambda t, w: {"file": _file_of(t, w)}),
    "registry_ask_paper": home(EDIT, POST, "waived"),
    "registry_cards": Rule((EDIT,), BOTH),
    "registry_reconciliations": Rule((EDIT,), lists="reconciliation"),
    "registry_reconcile_new": Rule((EDIT,), BOTH),
    "registry_reconciliation": home_of(EDIT, "reconciliation", GET),
    "registry_reconcile_start": home_of(EDIT, "mapping", POST),
    "registry_differences": Rule((EDIT,), lists="difference"),
    "registry_differences_export": Rule((EXPORT,), POST),
    "registry_difference": home_of(EDIT, "difference", BOTH),
    "registry_card": Rule((EDIT,), GET, "household", keeps(EDIT), noted=True),
}


KIND = {"key": "registry.people"}
IMPORTS = {
    "imports": Rule(covers=listed(EDIT), lists="import"),
    "import-template": Rule(covers=listed(EDIT), fixed_path=KIND),
    "import-upload": Rule(methods=POST, covers=listed(EDIT), fixed_path=KIND),
    "import": Rule(kind="import", covers=sees_import),
    "import-mapping": Rule(methods=BOTH, kind="import", covers=sees_import),
    "import-marked": Rule(methods=POST, kind="import", covers=sees_import),
    "import-original": Rule(methods=POST, kind="import", covers=sees_import),
    "import-move": Rule(methods=POST, kind="import", covers=sees_import, path=lambda t: {"pk": t.row.pk, "move": "discard"}),
    "import-decide": Rule(methods=POST, kind="import_row", covers=sees_import, fixed={"decision": "skip"}),
}

N_VIEW, REGISTER, ISSUE, INSTRUCT = (
    "dispatch.notice.view",
    "dispatch.notice.register",
    "dispatch.notice.issue",
    "dispatch.notice.instruct",
)
T_VIEW, WORK, REVIEW, SUPERVISE = ("dispatch.task.view", "dispatch.task.work", "dispatch.task.review", "dispatch.task.supervise")
R_VIEW, DRAFT, CHECK, SIGN = ("dispatch.report.view", "dispatch.report.draft", "dispatch.report.check", "dispatch.report.sign")
RECEIVE, REQUEST, BULLETIN = "dispatch.report.receive", "dispatch.report.request", "dispatch.bulletin.draft"


def desk(permission: str, methods: tuple[str, ...] = POST) -> Rule:
    """A page of the registering office about its own notice; to others it does not exist."""
    return Rule((permission,), methods, "notice", both(sees_notice, own(permission)))


def work(permission: str, acts: Sees) -> Rule:
    """An act on a task one sees."""
    return Rule((permission,), POST, "task", sees_task, acts)


def paper(permission: str, acts: Sees, **kw: Any) -> Rule:
    """An act on a report one sees."""
    return Rule((permission,), POST, "report", sees_report, acts, **kw)


def sees_board(person: Person, target: Target, _world: World) -> bool:
    """Who may look over the asking office's shoulder; whoever must answer is led to the own report."""
    row = target.row
    return person.at(R_VIEW, target.code) or any(
        person.acts(R_VIEW, office) for office in (row.office, *(r.office for r in row.reports.all()))
    )


DISPATCH = {
    "notices": Rule((N_VIEW,), lists="notice"),
    "upload": Rule((REGISTER,), BOTH),
    "notice": Rule((N_VIEW,), GET, "notice", sees_notice),
    "check": desk(REGISTER, BOTH),
    "add_duty": desk(REGISTER, BOTH),
    "merge": desk(REGISTER),
    "set_clock": desk(REGISTER),
    "finish_check": desk(REGISTER),
    "reopen_check": desk(REGISTER),
    "withdraw": desk(REGISTER),
    "close_notice": desk(ISSUE),
    "slip": Rule((N_VIEW,), GET, "notice", sees_notice, sees_slip, strict=True),
    "propose": desk(REGISTER),
    "instruct": desk(INSTRUCT),
    "undertake": desk(REGISTER),
    "issue": desk(ISSUE, BOTH),
    "paste": desk(ISSUE, BOTH),
    "draft_bulletin": desk(BULLETIN),
    "take_instruction": Rule((REGISTER,), POST, "instruction", own(REGISTER)),
    "edit_duty": Rule((REGISTER,), BOTH, "duty", own(REGISTER)),
    "set_aside": Rule((REGISTER,), POST, "duty", own(REGISTER)),
    "bulletins": Rule((BULLETIN,), lists="bulletin"),
    "bulletin": Rule((BULLETIN,), BOTH, "bulletin", own(BULLETIN)),
    "bulletin_docx": Rule((BULLETIN,), GET, "bulletin", own(BULLETIN)),
    "tasks": Rule((T_VIEW,)),
    "tasks_export": Rule((T_VIEW,), POST),
    "task": Rule((T_VIEW,), GET, "task", sees_task),
    "acknowledge": work(WORK, own(WORK)),
    "progress": work(WORK, own(WORK)),
    "submit_task": work(WORK, own(WORK)),
    "close_task": work(REVIEW, assigner(REVIEW)),
    "move_task": Rule((REVIEW,), POST, "task", sees_task, assigner(REVIEW), path=lambda t: {"pk": t.row.pk, "deed": "cancel"}),
    "ask_extension": work(WORK, own(WORK)),
    "supervise": work(SUPERVISE, lambda p, t, w: sees_task(p, t, w, SUPERVISE)),
    "pass_on": work(WORK, own(WORK)),
    "decide_extension": Rule((REVIEW,), POST, "extension", sees_extension, assigner(REVIEW)),
    "requests": Rule((R_VIEW,), lists="request"),
    "new_request": Rule((REQUEST,), BOTH),
    "request": Rule((R_VIEW,), GET, "request", sees_board),
    "consolidate": Rule((DRAFT,), POST, "request", sees_request, own(DRAFT)),
    "close_request": Rule((RECEIVE,), POST, "request", sees_request, own(RECEIVE)),
    "reports": Rule((R_VIEW,)),
    "report": Rule((R_VIEW,), GET, "report", sees_report),
    "report_docx": Rule((R_VIEW,), GET, "report", sees_report),
    "write": paper(DRAFT, own(DRAFT), path=lambda t: {"pk": t.row.pk, "part": "impact"}),
    "questions": paper(DRAFT, own(DRAFT)),
    "explain": Rule((DRAFT,), POST, "report", lambda *_: False, path=lambda t: {"pk": t.row.pk, "row": 0}),
    "add_suggestion": paper(DRAFT, own(DRAFT)),
    "remove_suggestion": Rule((DRAFT,), POST, "report", lambda *_: False, path=lambda t: {"pk": t.row.pk, "row": 0}),
    "step": paper(DRAFT, own(DRAFT), path=lambda t: {"pk": t.row.pk, "deed": "zero"}),
    "check_report": paper(CHECK, own(CHECK)),
    "countersign": Rule((SIGN,), POST, "report", lambda *_: False),
    "sign": paper(SIGN, own(SIGN)),
    "seal": paper(DRAFT, own(DRAFT)),
    "send_back_inside": Rule((CHECK, SIGN), POST, "report", sees_report, either(own(CHECK), own(SIGN))),
    "accept": paper(RECEIVE, asker(RECEIVE)),
    "send_back": paper(RECEIVE, asker(RECEIVE)),
    "correct": paper(DRAFT, own(DRAFT)),
    "suggestions": Rule((R_VIEW,)),
    "suggestion": Rule((R_VIEW, WORK), GET, "suggestion", sees_suggestion),
    "assign_suggestion": Rule((RECEIVE,), POST, "suggestion", sees_suggestion, asker(RECEIVE)),
    "answer_suggestion": Rule(
        (WORK,), POST, "suggestion", sees_suggestion, lambda p, t, _w: t.row.responsible is not None and p.acts(WORK, t.row.responsible)
    ),
    "statements": Rule((DRAFT,), BOTH),
}  # fmt: skip

ORACLE: dict[str, Rule] = {**KERNEL, **PORTAL, **REGISTRY, **IMPORTS, **{f"dispatch:{name}": rule for name, rule in DISPATCH.items()}}
