"""What every route must answer to whom, route by route: written by hand from the roles and the domain, not read off the code.

A route that is missing here turns the permission matrix red.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.oracle_shock import CREDIT, EMPLOYMENT, IMPACT, PRODUCE
from tests.conformance.rules import (
    ADMIN,
    BOTH,
    EVERY,
    GET,
    POST,
    Rule,
    Sees,
    administers,
    asker,
    assigner,
    both,
    either,
    giver,
    home,
    in_reach,
    keeps,
    listed,
    not_self,
    of_office,
    own,
    party,
    sees_change,
    sees_extension,
    sees_file,
    sees_import,
    sees_job,
    sees_notice,
    sees_report,
    sees_request,
    sees_slip,
    sees_suggestion,
    sees_task,
)
from tests.conformance.world import Person, Target, World

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
VISIT, CALL = "registry.visit", "registry.call"


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
    "registry_findings": Rule((VIEW,)),  # longer than a page: that it is complete is held by test_catalog
    "registry_findings_export": Rule((EXPORT,), POST),
    "registry_finding_accept": Rule((EDIT,), BOTH, "finding", keeps(EDIT), fixed={"reason": "已入户核实", "until": "2020-06-01"}),
    "registry_finding_reopen": home(EDIT, kind="accepted"),
    "registry_find": Rule((VIEW,), POST, fixed={"number": "440513197001010017"}),
    "registry_reveal": Rule(
        (REVEAL, CALL), BOTH, "member", keeps(REVEAL), path=lambda t: {"kind": "member", "pk": t.row.pk, "field": "id_number"}
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

M_VIEW, REPORT, M_EXPORT = "monitoring.view", "monitoring.report", "monitoring.export"
M_CHECK, M_REVIEW, M_DETERMINE, M_FOLLOW = (f"monitoring.{n}" for n in ("check", "review", "determine", "follow"))


def at_level(permission: str, level: int) -> Sees:
    """Regions of one level that the permission covers."""
    return lambda person, target, _world: target.row.level == level and person.at(permission, target.code)


MONITORING = {
    "monitoring_leads": Rule((M_VIEW,), lists="lead"),
    "monitoring_leads_export": Rule((M_EXPORT,), POST),
    "monitoring_lead": home(M_VIEW, GET, "lead"),
    "monitoring_find": Rule((REPORT,)),
    "monitoring_outcomes": Rule((M_VIEW,)),
    "monitoring_report": home(REPORT),
    "monitoring_cases": Rule((M_VIEW,), lists="case"),
    "monitoring_cases_export": Rule((M_EXPORT,), POST),
    "monitoring_case": home(M_VIEW, GET, "case"),
    "monitoring_check": home(M_CHECK, BOTH, "case"),
    "monitoring_authorise": home(M_CHECK, POST, "case"),
    "monitoring_hand_down": home(M_CHECK, POST, "case"),
    "monitoring_postpone": Rule((M_CHECK,), POST, "case", keeps(M_CHECK), fixed={"until": "2020-03-01", "reason": "不聚集"}),
    "monitoring_send_back": Rule(
        (M_CHECK, M_REVIEW, M_DETERMINE), POST, "case", keeps(M_VIEW), in_reach(M_REVIEW), fixed={"move": "withdraw", "reason": "重复登记"}
    ),
    "monitoring_review": home(M_REVIEW, POST, "case"),
    "monitoring_settle": home(M_FOLLOW, BOTH, "case"),
    "monitoring_object": Rule((M_CHECK,), POST, "case", keeps(M_CHECK), fixed={"content": "有小汽车"}),
    "monitoring_answer": Rule((M_CHECK,), POST, "objection", keeps(M_CHECK), fixed={"answer": "经查不实", "upheld": "no"}),
    "monitoring_return_row": Rule(
        (M_DETERMINE,), POST, "case", keeps(M_DETERMINE), fixed={"move": "back_to_check", "reason": "比对有疑点"}
    ),
    "monitoring_appraise": Rule((M_CHECK,), BOTH, "region", at_level(M_CHECK, 5), path=lambda t: {"pk": t.row.pk}),
    "monitoring_post": Rule((M_CHECK,), BOTH, "region", at_level(M_CHECK, 5), path=lambda t: {"pk": t.row.pk}),
    "monitoring_appraisal": home_of(M_VIEW, "appraisal", GET),
    "monitoring_postings": Rule((M_VIEW,), lists="posting"),
    "monitoring_posting": home_of(M_VIEW, "posting", GET),
    "monitoring_sheet": home_of(M_VIEW, "posting", GET),
    "monitoring_close_posting": home_of(M_CHECK, "posting", POST),
    "monitoring_batches": Rule((M_VIEW,), lists="batch"),
    "monitoring_batch": home_of(M_VIEW, "batch", GET),
    "monitoring_decide": home_of(M_DETERMINE, "batch", POST),
    "monitoring_drop_batch": Rule((M_DETERMINE,), POST, "batch", in_reach(M_DETERMINE), fixed={"reason": "会议推迟"}),
    "monitoring_batch_new": Rule((M_DETERMINE,), BOTH, "region", at_level(M_DETERMINE, 3), path=lambda t: {"pk": t.row.pk}),
    "monitored": Rule((M_VIEW,)),
    "monitored_export": Rule((M_EXPORT,), POST),
    "monitoring_household": home(M_VIEW, GET),
    "monitoring_start": home(M_CHECK, purpose="fall"),
    "monitoring_add_measure": home(M_FOLLOW),
    "monitoring_end_measure": Rule((M_FOLLOW,), POST, "measure", keeps(M_FOLLOW), fixed={"reason": "合同到期"}),
    "monitoring_follow_ups": Rule((M_VIEW,), lists="follow_up"),
    "monitoring_follow_ups_export": Rule((M_EXPORT,), POST),
    "monitoring_follow_up": home(M_FOLLOW, BOTH, "follow_up"),
    "monitoring_discrepancies": Rule((M_VIEW,), lists="discrepancy"),
    "monitoring_discrepancies_export": Rule((M_EXPORT,), POST),
    "monitoring_discrepancy": home(M_VIEW, GET, "discrepancy"),
    "monitoring_discrepancy_answer": Rule((M_CHECK,), POST, "discrepancy", keeps(M_CHECK), fixed={"move": "confirm", "said": "经核对属实"}),
}

X_VIEW, X_SEND, X_MANAGE, X_MATCH = "exchange.view", "exchange.send", "exchange.manage", "exchange.match"
EXCHANGE = {
    "exchange_catalogue": Rule((X_VIEW,)),
    "exchange_agree": Rule((X_MANAGE,), BOTH),
    "exchange_agreement": Rule((X_VIEW,), GET, "agreement", of_office(X_VIEW)),
    "exchange_end": Rule((X_MANAGE,), POST, "agreement", of_office(X_MANAGE)),
    "exchange_send": Rule((X_SEND,), BOTH, "agreement", of_office(X_SEND)),
    "exchange_letter_new": Rule((X_MANAGE,), BOTH, "agreement", of_office(X_MANAGE)),
    "exchange_deliveries": Rule((X_VIEW,)),
    "exchange_delivery": Rule((X_VIEW,), GET, "delivery", of_office(X_VIEW)),
    "exchange_mapping": Rule((X_SEND,), BOTH, "delivery", both(of_office(X_VIEW), of_office(X_SEND))),
    "exchange_rejects": Rule((X_SEND,), POST, "delivery", both(of_office(X_VIEW), of_office(X_SEND))),
    "exchange_move": Rule(
        (X_SEND,), POST, "delivery", of_office(X_VIEW), of_office(X_SEND), path=lambda t: {"pk": t.row.pk, "move": "withdraw"}
    ),
    "exchange_questions": Rule((X_MATCH,)),
    "exchange_question": home_of(X_MATCH, "question", GET),
    "exchange_decide": Rule((X_MATCH,), POST, "question", in_reach(X_MATCH), path=lambda t: {"pk": t.row.pk, "move": "reopen"}),
    "exchange_letters": Rule((X_VIEW,)),
    "exchange_letter": Rule((X_VIEW,), GET, "letter", of_office(X_VIEW)),
    "exchange_letter_document": Rule((X_MANAGE,), GET, "letter", of_office(X_MANAGE)),
    "exchange_letter_names": Rule((X_MANAGE,), POST, "letter", of_office(X_MANAGE)),
    "exchange_letter_move": Rule((X_MANAGE,), POST, "letter", of_office(X_MANAGE), path=lambda t: {"pk": t.row.pk, "move": "cancel"}),
    "exchange_conflicts": Rule((X_MANAGE,)),
    "exchange_sources": home(VIEW, GET),
}


RULES, AUTHOR, APPROVE = "monitoring.rules.view", "monitoring.rules.author", "monitoring.rules.approve"
SWEEP, SIMULATE = "monitoring.sweep", "monitoring.simulate"


def moved(kind: str, move: str) -> Rule:
    """Whoever works with rules knows of them all; a move is made at the rule's own place."""
    by = AUTHOR if move == "drop" else APPROVE
    return Rule((AUTHOR, APPROVE), POST, kind, listed(RULES), in_reach(by), path=lambda t: {"pk": t.row.pk, "move": move})


def written(kind: str, methods: tuple[str, ...] = POST) -> Rule:
    """An act on an own version by its place's authors."""
    return Rule((AUTHOR,), methods, kind, listed(RULES), in_reach(AUTHOR))


WATCH = {
    "monitoring_rules": Rule((RULES,), lists="rule_approved"),
    "monitoring_rule": Rule((RULES,), fixed_path={"name": "income_below_line"}),
    "monitoring_rule_new": Rule((AUTHOR,), BOTH),
    "monitoring_rule_version": Rule((RULES,), GET, "rule_approved", listed(RULES)),
    "monitoring_rule_edit": written("rule_draft", BOTH),
    "monitoring_rule_follow": written("rule_approved"),
    "monitoring_rule_try": written("rule_draft"),
    "monitoring_rule_backtest": written("rule_approved"),
    "monitoring_rule_move": moved("rule_waiting", "approve"),
    "monitoring_thresholds": Rule((RULES,), lists="threshold"),
    "monitoring_threshold_new": Rule((AUTHOR,), BOTH),
    "monitoring_threshold_move": moved("threshold", "send_back"),
    "monitoring_sweeps": Rule((RULES,), lists="sweep"),
    "monitoring_sweep": Rule((RULES,), GET, "sweep", listed(RULES)),
    "monitoring_sweep_start": Rule((SWEEP,), POST, fixed={"mode": "full"}),
    "monitoring_simulation": Rule((SIMULATE,), lists="scenario"),
    "monitoring_simulation_start": Rule((SIMULATE,), POST, fixed={"query": "source=wage"}),
    "monitoring_simulation_save": Rule((SIMULATE,), POST, fixed={"query": "source=wage", "name": "核验"}),
    "monitoring_simulation_export": Rule((SIMULATE,), POST),
    "monitoring_scenario": Rule((SIMULATE,), GET, "scenario", in_reach(SIMULATE)),
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

ORACLE: dict[str, Rule] = {
    **KERNEL,
    **PORTAL,
    **REGISTRY,
    **EXCHANGE,
    **IMPACT,
    **PRODUCE,
    **MONITORING,
    **WATCH,
    **CREDIT,
    **EMPLOYMENT,
    **IMPORTS,
    **{f"dispatch:{name}": rule for name, rule in DISPATCH.items()},
}
