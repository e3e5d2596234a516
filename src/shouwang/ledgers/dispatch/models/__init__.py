"""Tables of dispatch: notices and duties, tasks, reports."""

from shouwang.ledgers.dispatch.models.notices import Clause, Duty, Instruction, Notice, Slip
from shouwang.ledgers.dispatch.models.reports import (
    Bulletin,
    Correction,
    Countersign,
    Passage,
    Report,
    ReportFigure,
    ReportRequest,
    Statement,
    Suggestion,
)
from shouwang.ledgers.dispatch.models.tasks import DueDateExtension, Progress, SupervisionNote, Task

__all__ = [
    "Bulletin",
    "Clause",
    "Correction",
    "Countersign",
    "DueDateExtension",
    "Duty",
    "Instruction",
    "Notice",
    "Passage",
    "Progress",
    "Report",
    "ReportFigure",
    "ReportRequest",
    "Slip",
    "Statement",
    "Suggestion",
    "SupervisionNote",
    "Task",
]
