"""The tables of the employment ledger."""

from shouwang.ledgers.employment.models.batches import (
    Batch,
    BatchDestination,
    BatchVehicle,
    TraceRelease,
    Traveller,
    Trip,
)
from shouwang.ledgers.employment.models.following_up import (
    RetentionCall,
)
from shouwang.ledgers.employment.models.posts import (
    EMPLOYER_KINDS,
    Employer,
    MarketQuerySet,
    MatchChoice,
    MatchLine,
    MatchPlan,
    Offer,
    PlacedQuerySet,
    Post,
    PriorityPlace,
)
from shouwang.ledgers.employment.models.subsidies import SubsidyClaim, SubsidyRate
from shouwang.ledgers.employment.models.welfare import WelfareAppointment, WelfareMonth
from shouwang.ledgers.employment.models.workers import (
    AT_WORK,
    AWAY,
    NOT_AT_WORK,
    STATUSES,
    LabourQuerySet,
    Training,
    Worker,
    WorkRecord,
    by_place,
)
from shouwang.ledgers.employment.models.workshops import Workshop, WorkshopReview

__all__ = [
    "AT_WORK",
    "AWAY",
    "EMPLOYER_KINDS",
    "NOT_AT_WORK",
    "STATUSES",
    "Batch",
    "BatchDestination",
    "BatchVehicle",
    "Employer",
    "LabourQuerySet",
    "MarketQuerySet",
    "MatchChoice",
    "MatchLine",
    "MatchPlan",
    "Offer",
    "PlacedQuerySet",
    "Post",
    "PriorityPlace",
    "RetentionCall",
    "SubsidyClaim",
    "SubsidyRate",
    "TraceRelease",
    "Training",
    "Traveller",
    "Trip",
    "WelfareAppointment",
    "WelfareMonth",
    "WorkRecord",
    "Worker",
    "Workshop",
    "WorkshopReview",
    "by_place",
]
