"""What is said before a sweep that cannot be run as asked: every fault at once, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: in which rule ("" = none in particular), at which field, with which value, what is wrong and what to do."""

    rule: str
    field: str
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = "，".join(
            part
            for part in (
                f"规则 {self.rule}" if self.rule else "",
                f"字段 {self.field}" if self.field else "",
                f"值 {self.value}" if self.value else "",
            )
            if part
        )
        return f"{where}：{self.message}。{self.remedy}" if where else f"{self.message}。{self.remedy}"


class SweepRefused(Exception):  # noqa: N818 - it is an answer, not a fault
    """Nothing was run or written; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = tuple(problems)


def refuse(message: str, remedy: str, *, rule: str = "", field: str = "", value: str = "") -> SweepRefused:
    """A refusal with a single fault."""
    return SweepRefused([Problem(rule, field, value, message, remedy)])
