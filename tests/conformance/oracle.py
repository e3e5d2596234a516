"""What every route must answer to whom, route by route: written by hand from the roles and the domain, not read off the code.

A route that is missing here turns the permission matrix red.
"""

from __future__ import annotations

from typing import Any

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
    "registry_findings": Rule((VIEW,)),  # longer than a page: that it is complete is held by test_catalog
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

C_VIEW, C_APPLY, C_DECIDE, C_SUBSIDY, C_EXPORT = "credit.view", "credit.apply", "credit.decide", "credit.subsidy", "credit.export"


def credit(permission: str, of: str, methods: tuple[str, ...] = BOTH, **path: Any) -> Rule:
    """A page about a record of the credit ledger: it lies in a place and is assigned to nobody."""
    return Rule((permission,), methods, of, in_reach(permission), path=lambda t: {"pk": t.row.pk, **path})


def credit_step(kind: str, acts: str, move: str) -> Rule:
    """A move on a record one sees, by whom the move belongs to."""
    return Rule((C_APPLY, C_DECIDE), POST, kind, in_reach(C_VIEW), in_reach(acts), path=lambda t: {"pk": t.row.pk, "move": move})


CREDIT_LISTS = ("loans", "households", "terms", "figures", "runs", "items", "claims")
CREDIT = {
    # Columns of names are masked, so that no canary shows: that the lists are complete is held by test_catalog.
    **{f"credit_{name}": Rule((C_VIEW,)) for name in CREDIT_LISTS},
    **{f"credit_{name}_export": Rule((C_EXPORT,), POST) for name in CREDIT_LISTS},
    "credit_board": Rule((C_VIEW,)),
    "credit_start": Rule((C_APPLY,), BOTH),
    "credit_apply": credit(C_APPLY, "household"),
    "credit_loan": credit(C_VIEW, "loan", GET),
    **{f"credit_{name}": credit(C_DECIDE, "loan") for name in ("approve", "release", "repay", "default", "file_claim")},
    "credit_ask": credit(C_APPLY, "loan", kind="deferral"),
    "credit_step": credit_step("application", C_DECIDE, "pass"),
    "credit_take_back": credit(C_DECIDE, "repayment", POST),
    "credit_term": credit(C_VIEW, "term_change", GET),
    "credit_agree": credit(C_DECIDE, "term_change"),
    "credit_term_step": credit_step("term_change", C_DECIDE, "decline"),
    "credit_figure": credit(C_VIEW, "bank_figure", GET),
    "credit_settle": credit(C_DECIDE, "bank_figure"),
    "credit_compute": Rule((C_SUBSIDY,), BOTH),
    "credit_run": credit(C_VIEW, "subsidy_run", GET),
    "credit_run_step": credit(C_SUBSIDY, "subsidy_run", POST, move="check"),
    "credit_file": credit(C_SUBSIDY, "subsidy_run", POST),
    "credit_posting": credit(C_VIEW, "subsidy_run", GET),
    "credit_item": credit(C_VIEW, "subsidy_item", GET),
    **{f"credit_{name}": credit(C_SUBSIDY, "subsidy_item") for name in ("result", "corrected")},
    "credit_account": credit(C_APPLY, "subsidy_item"),
    "credit_claim": credit(C_VIEW, "risk_claim", GET),
    **{f"credit_{name}": credit(C_DECIDE, "risk_claim") for name in ("compensate", "recover")},
    "credit_claim_step": credit(C_DECIDE, "risk_claim", POST, move="decline"),
}
E_VIEW, SURVEY, E_EXPORT = "employment.view", "employment.survey", "employment.export"


def labour(permission: str, methods: tuple[str, ...] = BOTH, kind: str = "worker", **fixed: Any) -> Rule:
    """A page about a worker or what belongs to one."""
    return Rule((permission,), methods, kind, keeps(permission), fixed=fixed)


ARRANGE, TRANSPORT, TRACE = "employment.arrange", "employment.transport", "employment.trace"


def market(permission: str, methods: tuple[str, ...] = BOTH, kind: str = "post", **path: Any) -> Rule:
    """A page about an employer or post: kept where it was registered."""
    return Rule((permission,), methods, kind, in_reach(permission), path=lambda t: {"pk": t.row.pk, **path})


def shown(kind: str) -> Rule:
    """Employers and posts are the same for everyone who may see the ledger."""
    return Rule((E_VIEW,), GET, kind, listed(E_VIEW))


# The columns that carry a row's mark are of a group not everybody sees: that lists are complete is held by test_catalog.
EMPLOYMENT = {
    **{f"employment_{n}": Rule((E_VIEW,)) for n in ("workers", "records", "trainings", "offers", "lines")},
    **{f"employment_{n}_export": Rule((E_EXPORT,), POST) for n in ("workers", "records", "trainings", "offers", "lines", "posts")},
    "employment_next": Rule((SURVEY,)),
    "employment_worker": labour(E_VIEW, GET),
    "employment_survey": labour(SURVEY, status="cannot", reason="care"),
    "employment_confirm": labour(SURVEY, POST),
    "employment_call": labour(SURVEY, POST, outcome="no_answer"),
    "employment_record_work": labour(SURVEY),
    "employment_record_training": labour(SURVEY),
    "employment_circumstances": labour(SURVEY),
    "employment_end_work": labour(SURVEY, POST, "work_record", ended_on="2020-02-10"),
    "employment_employers": Rule((E_VIEW,), lists="employer"),
    "employment_posts": Rule((E_VIEW,), lists="post"),
    "employment_plans": Rule((E_VIEW,), lists="plan"),
    "employment_priority": Rule((E_VIEW,), lists="priority"),
    "employment_new_employer": Rule((ARRANGE,), BOTH),
    "employment_plan_new": Rule((ARRANGE,), BOTH),
    "employment_priority_new": Rule((ARRANGE,), BOTH),
    "employment_employer": shown("employer"),
    "employment_post": shown("post"),
    "employment_edit_employer": market(ARRANGE, kind="employer"),
    "employment_new_post": market(ARRANGE, kind="employer"),
    "employment_edit_post": market(ARRANGE),
    "employment_verify_post": market(ARRANGE, POST),
    "employment_move_post": market(ARRANGE, POST, move="close"),
    "employment_priority_end": market(ARRANGE, kind="priority"),
    "employment_offer": labour(ARRANGE),
    "employment_accept": labour(ARRANGE, POST, "offer", started_on="2020-02-17"),
    "employment_decline": labour(ARRANGE, POST, "offer", reason="wage"),
    "employment_withdraw": labour(ARRANGE, POST, "offer"),
    "employment_plan": market(E_VIEW, GET, "plan"),
    **{f"employment_{n}": market(ARRANGE, POST, "plan") for n in ("plan_again", "send_offers")},
    "employment_choose": Rule((ARRANGE,), POST, "plan", in_reach(ARRANGE)),
    "employment_drop_choice": labour(ARRANGE, POST, "choice"),
    "employment_follow_ups": Rule((E_VIEW,)),
    "employment_follow_ups_export": Rule((E_EXPORT,), POST),
    "employment_follow_up": labour(SURVEY, BOTH, "retention", outcome="there"),
    "employment_batches": Rule((E_VIEW,), lists="batch"),
    "employment_trips": Rule((E_VIEW,), lists="trip"),
    "employment_travellers": Rule((E_VIEW,)),
    "employment_travellers_export": Rule((E_EXPORT,), POST),
    "employment_batch_new": Rule((TRANSPORT,), BOTH),
    "employment_batch": market(E_VIEW, GET, "batch"),
    **{f"employment_{n}": market(TRANSPORT, BOTH, "batch") for n in ("destination_new", "vehicle_new")},
    **{f"employment_{n}": market(TRANSPORT, POST, "batch") for n in ("enlist", "batch_plan", "batch_close")},
    "employment_destination": market(TRANSPORT, BOTH, "destination"),
    "employment_vehicle_break": Rule((TRANSPORT,), BOTH, "vehicle", in_reach(TRANSPORT), fixed={"day": "2020-02-17"}),
    "employment_traveller": labour(TRANSPORT, BOTH, "traveller"),
    "employment_trip": market(E_VIEW, GET, "trip"),
    "employment_manifest": Rule((TRANSPORT,), GET, "trip", in_reach(TRANSPORT), noted=True),
    "employment_board": market(TRANSPORT, POST, "trip"),
    "employment_trip_step": market(TRANSPORT, POST, "trip", move="depart"),
    "employment_release_new": market(TRACE, BOTH, "trip"),
    "employment_releases": Rule((TRACE,), lists="release"),
    "employment_release": Rule((TRACE,), GET, "release", in_reach(TRACE), noted=True),
    "employment_erase": market(TRACE, POST, "release"),
}

I_VIEW, I_RECORD, I_EXPORT, I_LEVELS, I_SHOCKS = ("impact.view", "impact.record", "impact.export", "impact.levels", "impact.shocks")
I_ANALYSE = "impact.analyse"
IMPACT = {
    "impact_analysis": Rule(
        (I_ANALYSE,), kind="region", covers=in_reach(I_ANALYSE), path=lambda _t: {}, query=lambda t: {"region": t.row.pk}
    ),
    "impact_records": Rule((I_VIEW,), lists="impact"),
    "impact_records_export": Rule((I_EXPORT,), POST),
    "impact_record": home(I_VIEW, GET, "impact"),
    "impact_recover": Rule((I_RECORD,), POST, "impact", keeps(I_RECORD), fixed={"recovered_on": "2020-02-17"}),
    "impact_surveys": Rule((I_VIEW,), lists="household", due=keeps(I_VIEW)),
    "impact_surveys_export": Rule((I_EXPORT,), POST),
    "impact_household": home(I_VIEW, GET),
    "impact_survey": Rule((I_RECORD,), BOTH, "household", keeps(I_RECORD), fixed={"day": "0", "means": "phone", "causes": ["unsold"]}),
    "impact_take": home(I_RECORD, POST, code="nearby_post"),
    "impact_measures": Rule((I_VIEW,), lists="fitted"),
    "impact_measures_export": Rule((I_EXPORT,), POST),
    "impact_measure_move": home(I_RECORD, POST, "fitted", move="finish"),
    "impact_levels": Rule((I_VIEW,)),
    "impact_level_list": Rule((I_VIEW,)),
    "impact_level_list_export": Rule((I_EXPORT,), POST),
    "impact_publish": Rule((I_LEVELS,), BOTH),
    "impact_cases": Rule((I_LEVELS,), BOTH),
    "impact_shocks": Rule((I_VIEW,), lists="shock"),
    "impact_new_shock": Rule((I_SHOCKS,), BOTH),
    "impact_end_shock": Rule((I_SHOCKS,), POST, "shock", in_reach(I_SHOCKS), fixed={"ends_on": "2020-02-18"}),
    "impact_bases": Rule((I_SHOCKS,), BOTH),
}

P_VIEW, P_EDIT, P_TRADE, P_EXPORT = ("produce.view", "produce.edit", "produce.trade", "produce.export")


def goods(permission: str, methods: tuple[str, ...] = POST, kind: str = "lot", **path: Any) -> Rule:
    """A page about a lot, order or need, which lies at a village."""
    return Rule((permission,), methods, kind, in_reach(permission), path=lambda t: {"pk": t.row.pk, **path})


PRODUCE = {
    "produce_lots": Rule((P_VIEW,), lists="lot"),
    "produce_lots_export": Rule((P_EXPORT,), POST),
    "produce_new_lot": Rule((P_EDIT,), BOTH),
    "produce_lot": goods(P_VIEW, GET),
    "produce_recount": goods(P_EDIT, BOTH),
    "produce_add_household": Rule((P_EDIT,), POST, "lot", in_reach(P_EDIT), fixed={"code": "H", "share": "1公斤"}),
    "produce_add_picture": goods(P_EDIT),
    "produce_card": goods(P_VIEW, GET),
    "produce_order": goods(P_EDIT),
    "produce_move_lot": goods(P_EDIT, move="withdraw"),
    "produce_orders": Rule((P_VIEW,)),
    "produce_orders_export": Rule((P_EXPORT,), POST),
    "produce_buy": Rule((P_TRADE,), BOTH),
    "produce_pay": goods(P_EDIT, BOTH, "order"),
    "produce_step": goods(P_EDIT, POST, "order", move="cancel"),
    "produce_payments": Rule((P_VIEW,)),
    "produce_payments_export": Rule((P_EXPORT,), POST),
    "produce_matching": Rule((P_VIEW,)),
    "produce_demands": Rule((P_VIEW,)),
    "produce_new_demand": Rule((P_TRADE,), BOTH),
    "produce_buyers": Rule((P_VIEW,), lists="buyer"),
    "produce_new_buyer": Rule((P_TRADE,), BOTH),
    "produce_campaigns": Rule((P_VIEW,), lists="campaign"),
    "produce_new_campaign": Rule((P_TRADE,), BOTH),
    "produce_campaign": goods(P_VIEW, GET, "campaign"),
    "produce_campaign_result": Rule((P_TRADE,), POST, "campaign", in_reach(P_TRADE), fixed={"sold": "1", "signed": "1"}),
    "produce_needs": Rule((P_VIEW,)),
    "produce_needs_export": Rule((P_EXPORT,), POST),
    "produce_new_need": Rule((P_EDIT,), BOTH),
    "produce_need": goods(P_VIEW, GET, "need"),
    "produce_deliver": Rule(
        (P_EDIT,), POST, "need", in_reach(P_EDIT), fixed={"supplier": "农资店", "amount": "1", "arrived_on": "2020-02-17"}
    ),
}

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
