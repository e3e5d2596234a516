"""The workbook of households and members: one row a person, the household's columns repeated or given once."""

from __future__ import annotations

from shouwang.kernel.columns.sheet import Sheet
from shouwang.ledgers.registry.intake.fields import FIELDS
from shouwang.ledgers.registry.intake.judging import judge
from shouwang.ledgers.registry.intake.withdrawing import withdraw
from shouwang.ledgers.registry.intake.writing import write
from shouwang.ledgers.registry.policies import EDIT

HELP = (
    "一行一人，同一户的各行填同一个户编号；户信息可每行重复，也可只填一行。空单元格表示不改，要清除原内容请填“清空”。"
    "户内有一行出错，整户不导入；带星号的脱敏内容视为未改。"
)
PEOPLE = Sheet(
    key="registry.people",
    title="户和成员",
    permission=EDIT,
    version="2020-02",
    fields=FIELDS,
    keys=("code",),
    bundle=lambda values: str(values["code"]),
    judge=judge,
    write=write,
    withdraw=withdraw,
    help=HELP,
    list_url="registry_households",
    export_url="registry_sheet_export",
)
