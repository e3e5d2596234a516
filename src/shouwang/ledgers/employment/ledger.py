"""What the employment ledger says of itself to the portal, the exports and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.employment.figures import FIGURES
from shouwang.ledgers.employment.following import on_household_change
from shouwang.ledgers.employment.intake.returns import RETURNS
from shouwang.ledgers.employment.intake.surveys import SURVEYS
from shouwang.ledgers.employment.lifecycle import APPOINTMENT, BATCH, LIFECYCLE_VERBS, OFFER, PLAN, POST, SUBSIDY, TRIP, WORKSHOP
from shouwang.ledgers.employment.models import (
    Batch,
    BatchDestination,
    BatchVehicle,
    Employer,
    MatchChoice,
    MatchLine,
    MatchPlan,
    Offer,
    Post,
    PriorityPlace,
    RetentionCall,
    SubsidyClaim,
    SubsidyRate,
    TraceRelease,
    Training,
    Traveller,
    Trip,
    WelfareAppointment,
    WelfareMonth,
    Worker,
    WorkRecord,
    Workshop,
    WorkshopReview,
)
from shouwang.ledgers.employment.policies import (
    BATCH_VERBS,
    LABOUR_VERBS,
    PERMISSIONS,
    POST_VERBS,
    SUBSIDY_VERBS,
    TRACE,
    VIEW,
    WELFARE_VERBS,
    WORKSHOP_VERBS,
)
from shouwang.ledgers.employment.tables.batches import BATCHES, RELEASES, TRAVELLERS, TRIPS
from shouwang.ledgers.employment.tables.labour import FOLLOW_UPS, RECORDS, TRAININGS, WORKERS
from shouwang.ledgers.employment.tables.posts import EMPLOYERS, LINES, OFFERS, PLANS, POSTS, PRIORITY
from shouwang.ledgers.employment.tables.subsidies import SUBSIDIES
from shouwang.ledgers.employment.tables.welfare import APPOINTMENTS
from shouwang.ledgers.employment.tables.workshops import WORKSHOPS

GROUP = "务工就业"
LEDGER = Ledger(
    code="employment",
    title="务工就业",
    models=(
        *(Worker, WorkRecord, Training, Employer, Post, PriorityPlace, MatchPlan, MatchLine, MatchChoice, Offer),
        *(Batch, BatchDestination, BatchVehicle, Trip, Traveller, TraceRelease, RetentionCall),
        *(Workshop, WorkshopReview, WelfareAppointment, WelfareMonth, SubsidyRate, SubsidyClaim),
    ),
    tables=(
        WORKERS,
        RECORDS,
        TRAININGS,
        EMPLOYERS,
        POSTS,
        PRIORITY,
        OFFERS,
        PLANS,
        LINES,
        BATCHES,
        TRIPS,
        TRAVELLERS,
        RELEASES,
        FOLLOW_UPS,
        WORKSHOPS,
        APPOINTMENTS,
        SUBSIDIES,
    ),
    lifecycles=(POST, OFFER, PLAN, BATCH, TRIP, WORKSHOP, APPOINTMENT, SUBSIDY),
    figures=FIGURES,
    verbs=(*LABOUR_VERBS, *POST_VERBS, *BATCH_VERBS, *WORKSHOP_VERBS, *WELFARE_VERBS, *SUBSIDY_VERBS, *LIFECYCLE_VERBS),
    permissions=PERMISSIONS,
    sheets=(SURVEYS, RETURNS),
    menu=(
        MenuItem("劳动力台账", "employment_workers", "users-group", VIEW, GROUP),
        MenuItem("务工记录", "employment_records", "briefcase", VIEW, GROUP),
        MenuItem("培训台账", "employment_trainings", "school", VIEW, GROUP),
        MenuItem("用工单位", "employment_employers", "building-factory-2", VIEW, GROUP),
        MenuItem("岗位", "employment_posts", "clipboard-list", VIEW, GROUP),
        MenuItem("扶贫车间", "employment_workshops", "building-factory-2", VIEW, GROUP),
        MenuItem("公益岗位聘用", "employment_appointments", "home-heart", VIEW, GROUP),
        MenuItem("就业补贴", "employment_subsidies", "coin", VIEW, GROUP),
        MenuItem("人岗匹配", "employment_plans", "arrows-exchange", VIEW, GROUP),
        MenuItem("岗位推荐", "employment_offers", "send", VIEW, GROUP),
        MenuItem("稳岗跟踪", "employment_follow_ups", "user-check", VIEW, GROUP),
        MenuItem("返岗批次", "employment_batches", "bus", VIEW, GROUP),
        MenuItem("密接调阅", "employment_releases", "shield-lock", TRACE, GROUP),
        MenuItem("优先镇村", "employment_priority", "flag", VIEW, GROUP),
    ),
    on_household_change=on_household_change,
)
