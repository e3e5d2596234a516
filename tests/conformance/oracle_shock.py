"""What the routes of the ledgers of the shock must answer: credit, employment, impact, produce. The rest: oracle.py."""

from __future__ import annotations

from typing import Any

from tests.conformance.rules import (
    BOTH,
    GET,
    POST,
    Rule,
    home,
    in_reach,
    keeps,
    listed,
    stands_behind,
)

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
    "credit_fund": Rule((C_VIEW,)),
    "credit_move_fund": Rule((C_DECIDE,), BOTH),
    "credit_fund_list": Rule((C_VIEW,)),
    "credit_fund_list_export": Rule((C_EXPORT,), POST),
    "credit_start": Rule((C_APPLY,), BOTH),
    "credit_apply": credit(C_APPLY, "household"),
    "credit_loan": credit(C_VIEW, "loan", GET),
    **{f"credit_{name}": credit(C_DECIDE, "loan") for name in ("approve", "release", "repay", "parts", "default", "file_claim")},
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
GRANT = "employment.subsidy"


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
    "employment_start_work": labour(SURVEY, POST, "work_record", started_on="2020-02-10"),
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
    "employment_batches": Rule((E_VIEW,), lists="departure"),
    "employment_trips": Rule((E_VIEW,), lists="trip"),
    "employment_travellers": Rule((E_VIEW,)),
    "employment_travellers_export": Rule((E_EXPORT,), POST),
    "employment_batch_new": Rule((TRANSPORT,), BOTH),
    "employment_batch": market(E_VIEW, GET, "departure"),
    **{f"employment_{n}": market(TRANSPORT, BOTH, "departure") for n in ("destination_new", "vehicle_new")},
    **{f"employment_{n}": market(TRANSPORT, POST, "departure") for n in ("enlist", "batch_plan", "batch_close")},
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
    "employment_recognise": market(ARRANGE, kind="employer"),
    "employment_workshops": Rule((E_VIEW,)),
    "employment_workshops_export": Rule((E_EXPORT,), POST),
    "employment_workshop": market(E_VIEW, GET, "workshop"),
    **{f"employment_workshop_{n}": market(ARRANGE, BOTH, "workshop") for n in ("edit", "review")},
    "employment_workshop_move": market(ARRANGE, POST, "workshop", move="watch"),
    "employment_appointments": Rule((E_VIEW,)),
    "employment_appointments_export": Rule((E_EXPORT,), POST),
    "employment_appointment": labour(E_VIEW, GET, "appointment"),
    **{f"employment_appointment_{n}": labour(ARRANGE, BOTH, "appointment") for n in ("renew", "end", "month")},
    "employment_claim_worker": labour(ARRANGE),
    "employment_claim_employer": market(ARRANGE, kind="employer"),
    "employment_subsidies": Rule((E_VIEW,)),
    "employment_subsidies_export": Rule((E_EXPORT,), POST),
    "employment_subsidy_rates": Rule((E_VIEW,)),
    "employment_subsidy_rate_new": Rule((GRANT,), BOTH),
    "employment_subsidy": labour(E_VIEW, GET, "subsidy"),
    "employment_subsidy_pay": labour(GRANT, BOTH, "subsidy"),
    "employment_subsidy_failed": labour(GRANT, BOTH, "subsidy"),
    "employment_subsidy_correct": labour(SURVEY, BOTH, "subsidy"),
    "employment_subsidy_step": Rule(
        (ARRANGE, GRANT), POST, "subsidy", keeps(E_VIEW), keeps(GRANT), path=lambda t: {"pk": t.row.pk, "move": "refuse"}
    ),
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
    "produce_lot": Rule((P_VIEW,), GET, "lot", stands_behind),
    "produce_recount": goods(P_EDIT, BOTH),
    "produce_add_household": Rule((P_EDIT,), POST, "lot", in_reach(P_EDIT), fixed={"code": "H", "share": "1公斤"}),
    "produce_add_picture": goods(P_EDIT),
    "produce_card": Rule((P_VIEW,), GET, "lot", stands_behind),
    "produce_order": goods(P_EDIT, BOTH),
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
    "produce_urgency": Rule((P_VIEW,)),
    "produce_suppliers": Rule((P_VIEW,), lists="supplier"),
    "produce_new_supplier": Rule((P_EDIT,), BOTH),
    "produce_needs": Rule((P_VIEW,)),
    "produce_needs_export": Rule((P_EXPORT,), POST),
    "produce_new_need": Rule((P_EDIT,), BOTH),
    "produce_need": goods(P_VIEW, GET, "need"),
    "produce_deliver": Rule((P_EDIT,), POST, "need", in_reach(P_EDIT), fixed={"supplier": "1", "amount": "1", "arrived_on": "2020-02-17"}),
}
