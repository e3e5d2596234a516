"""The tables of the employment ledger."""

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

__all__ = ["AT_WORK", "AWAY", "NOT_AT_WORK", "STATUSES", "LabourQuerySet", "Training", "WorkRecord", "Worker", "by_place"]
