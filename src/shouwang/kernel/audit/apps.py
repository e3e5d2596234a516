"""App config."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from shouwang.kernel.jobs.run import Run


class AuditConfig(AppConfig):
    """The append-only record of acts."""

    name = "shouwang.kernel.audit"
    label = "audit"

    def ready(self) -> None:
        """Register the verification: on demand and every night."""
        from shouwang.kernel.jobs.handlers import register

        register("audit.verify", _verify, "核验审计记录", max_attempts=3, daily_at=dt.time(3, 30))


def _verify(run: Run) -> dict[str, Any]:
    from django.utils import timezone

    from shouwang.kernel.audit.verify import seal_first, verify
    from shouwang.kernel.errors import Refused

    seal_first(timezone.now())
    verdict = verify(now=timezone.now())
    run.progress(verdict.rows, verdict.rows)
    if verdict.problems:
        first = "；".join(p.words for p in verdict.problems[:3])
        raise Refused(f"发现 {len(verdict.problems)} 处异常：{first}。请保全现场，并用 shouwang audit verify 查看完整清单。")
    return {"words": f"已核验 {verdict.rows} 条记录、{verdict.blocks} 个区块，未发现改动。"}
