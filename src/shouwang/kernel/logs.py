"""Structured logs: one JSON object a line, from a closed list of keys, so that no personal data can slip in."""

from __future__ import annotations

import json
import logging

KEYS = ("request_id", "route", "status", "ms", "queries", "job", "kind", "attempt", "rows", "user_id", "code")


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON; `extra` keys outside KEYS are dropped, tracebacks keep places but not values."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        out = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname, "logger": record.name}
        out["message"] = record.getMessage() if record.name.startswith(("shouwang", "django", "granian")) else record.msg
        out |= {k: record.__dict__[k] for k in KEYS if k in record.__dict__}
        if record.exc_info and record.exc_info[0]:
            out["error"] = record.exc_info[0].__name__
            trace, frames = record.exc_info[2], []
            while trace:
                frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
                trace = trace.tb_next
            out["frames"] = frames[-8:]
        return json.dumps(out, ensure_ascii=False, default=str)
