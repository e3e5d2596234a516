"""`shouwang notice parse FILE [--json]` and `shouwang deadline PHRASE --base DATE [--json]`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

import click

_WHO = {"recipient": "主送机关", "next_tier": "下一级", "issuer": "发文机关"}
_KIND = {"report": "报送", "action": "办理"}
BAD_INPUT = 2


class _Day(click.ParamType):  # type: ignore[type-arg]  # click makes it generic for type checkers only
    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            return dt.date.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"“{value}”不是有效日期，请写成 2020-02-14 的形式。", param, ctx)


@click.group()
def notice() -> None:
    """通知：读出文号、落款、任务和时限。"""


@notice.command()
@click.argument("file", metavar="文件", type=click.Path(dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def parse(file: str, as_json: bool) -> None:
    """读一份通知（.txt、.docx、.pdf、.ofd），列出条款、任务和时限。"""
    from shouwang.ledgers.dispatch.reading import NoticeReading, ReadingError, read_file

    try:
        reading: NoticeReading = read_file(file, today=None)
    except ReadingError as fault:
        _stop(f"{file}：{fault.message_zh}")
    click.echo(json.dumps(reading.to_json(), ensure_ascii=False, indent=1) if as_json else _summary(reading.to_json()))


@click.command()
@click.argument("phrase", metavar="时限")
@click.option("--base", type=_Day(), required=True, help="起算日期，如 2020-02-14；也作收到、印发之日。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def deadline(phrase: str, base: dt.date, as_json: bool) -> None:
    """算出一个时限短语的截止日期，如“3个工作日内”“每季度末”。"""
    from shouwang.ledgers.dispatch.reading.deadlines import parse_phrase

    answer = parse_phrase(phrase, base)
    if answer.problem:
        click.echo(f"“{phrase}”：{answer.problem}，请核对。", err=True)
    if as_json:
        due = answer.due.isoformat() if answer.due else None
        click.echo(json.dumps({"due": due, "time": answer.time, "recurrence": answer.recurrence}, ensure_ascii=False))
    else:
        click.echo(_spoken(answer.due, answer.time, answer.recurrence) or "没有说明具体时限")


def _stop(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(BAD_INPUT)


def _spoken(due: dt.date | str | None, time: str | None, recurrence: str | None) -> str:
    parts = [str(due) if due else "", time or "", f"定期（{recurrence}）" if recurrence else ""]
    return " ".join(part for part in parts if part)


def _summary(reading: dict[str, Any]) -> str:
    """The reading as a clerk would jot it down."""
    lines = [f"{label}：{_said(reading[key])}" for key, label in _FIELDS]
    lines += [f"联系人：{_contact(person)}" for person in reading["contacts"]]
    lines.append(f"任务 {len(reading['duties'])} 项：")
    lines += [_duty(i, duty) for i, duty in enumerate(reading["duties"], 1)]
    lines += [f"请核对：{warning}" for warning in reading["warnings"]]
    return "\n".join(lines)


_FIELDS = (
    ("title", "标题"),
    ("doc_number", "发文字号"),
    ("issuers", "发文机关"),
    ("recipients", "主送"),
    ("signed_date", "成文日期"),
    ("attachments", "附件"),
)


def _said(value: object) -> str:
    if isinstance(value, list):
        return "、".join(str(item) for item in value) or "（无）"
    return str(value) if value else "（未写明）"


def _contact(person: dict[str, Any]) -> str:
    return " ".join([person["name"], *person["phones"], *person["emails"]]).strip()


def _duty(index: int, duty: dict[str, Any]) -> str:
    when = _spoken(duty["due"], duty["time"], duty["recurrence"]) or duty["due_text"] or ""
    to = f"→{duty['to']}" if duty["to"] else ""
    head = f"{index:3d}. [{duty['clause'] or '正文'}·{_KIND[duty['kind']]}·{_WHO[duty['by']]}{to}]"
    return f"{head}{f' 【{when}】' if when else ''} {duty['text']}"
