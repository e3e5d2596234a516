"""A workbook of invented households as an office would hand it in: 40 columns, some rows wrong, from a seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from shouwang.demo import identity, names
from shouwang.kernel.regions.models import Region

COLUMNS = (
    *("户编号", "镇（街道）", "村（社区）", "村民小组", "住址", "户联系电话", "户类型", "主要致贫原因", "整户无劳动能力", "耕地"),
    *("林地", "住房安全等级", "住房面积", "水量达标", "水质达标", "取水方便", "供水稳定", "生活用电", "卫生厕所", "入户路硬化"),
    *("与村主干路距离", "采集人", "采集日期", "姓名", "与户主关系", "性别", "民族", "证件号码", "出生日期", "成员联系电话"),
    *(
        "文化程度",
        "在校生状况",
        "健康状况",
        "劳动能力",
        "基本医疗保险",
        "大病保险",
        "基本养老保险",
        "低保（特困）",
        "公益性岗位",
        "加入日期",
    ),
)
RELATIONS = ("户主", "配偶", "之子", "之女")
FIRST_HOUSEHOLD = 70_000_000
TODAY = dt.date(2020, 2, 17)


def made(households: int, villages: Sequence[Region], *, wrong: float, seed: int) -> tuple[bytes, int]:
    """The workbook of `households` × 4 persons, sorted by village, with the share `wrong` of rows in error; and how many those are."""
    from xlsxwriter import Workbook

    people = _people(households, villages, seed)
    bad = np.random.default_rng([seed, 9]).random(len(people)) < wrong
    out = BytesIO()
    with Workbook(out, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet("户和成员")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, label in enumerate(COLUMNS):
            sheet.write_string(0, column, label)
        for at, row in enumerate(people, 1):
            values = _spoilt(row, at) if bad[at - 1] else row
            for column, value in enumerate(values):
                if isinstance(value, dt.date):
                    sheet.write_datetime(at, column, dt.datetime.combine(value, dt.time()), day)
                elif isinstance(value, str):
                    sheet.write_string(at, column, value)
                elif value is not None:
                    sheet.write_number(at, column, value)
    return out.getvalue(), int(bad.sum())


def _people(households: int, villages: Sequence[Region], seed: int) -> list[list[Any]]:
    rng = np.random.default_rng([seed, 8])
    n = households * len(RELATIONS)
    member = np.tile(np.arange(len(RELATIONS)), households)
    home = np.repeat(np.arange(households), len(RELATIONS))
    male = np.isin(member, (0, 2))
    surname = np.repeat(names.draw_surnames(rng, households), len(RELATIONS))
    surname = np.where(member == 1, names.other_surname(rng, surname), surname).astype(np.int16)
    poem = np.zeros(n, dtype=np.int16)
    called = names.full_names(rng, surname, male, poem, (member // 2).astype(np.int16))
    year = np.where(member < 2, 1955 + home % 35, 1996 + home % 8)
    birth = np.array([np.datetime64(f"{y}-01-01") + k % 365 for y, k in zip(year, home // 35 * 7 + member, strict=True)])
    where = np.arange(households) * len(villages) // households
    district = np.array([int(v.code[:6]) for v in villages], dtype=np.int64)[where[home]]
    order = identity.OrderNumbers(1).take(np.zeros(n, dtype=np.int64), birth, male)
    numbers = identity.id_numbers(district, birth, order)
    phones = identity.phones(np.arange(n, dtype=np.int64), seed)
    return [
        _row(k, villages[where[k // 4]], str(called[k]), str(numbers[k]), birth[k].astype(object), f"{phones[k]}", int(rng.integers(0, 97)))
        for k in range(n)
    ]


def _row(k: int, village: Region, name: str, number: str, birth: dt.date, phone: str, dice: int) -> list[Any]:
    """One person's 40 cells; the household's columns are repeated in every row, as offices do."""
    home, member = divmod(k, 4)
    town = village.town
    assert town is not None  # noqa: S101 - every village has one
    h = home * 31 % 97
    return [
        *(f"{FIRST_HOUSEHOLD + home}", town.name, village.name, f"第{1 + h % 9}村民小组", f"{town.name}{village.name}{1 + h}号"),
        *(f"154{10_000_000 + home:08d}", "低保户" if h < 20 else "一般户", ("因病", "因残", "缺劳力")[h % 3], "否", h / 10),
        *(float(h % 7), "ABA"[h % 3] + "级", 60.0 + h, "是", "是", "是", "是" if h % 11 else "否", "是", "是" if h % 3 else "否", "是"),
        *(
            round(h / 40, 2),
            "演示数据",
            dt.date(2020, 1, 1 + h % 28),
            name,
            RELATIONS[member],
            "男" if member in (0, 2) else "女",
            "汉族",
            number,
        ),
        *(birth, phone if dice % 3 else None, ("小学", "初中", "高中")[dice % 3] if dice % 7 else "初中", "非在校生"),
        *(("健康", "长期慢性病")[dice % 9 == 0], "普通劳动力" if member < 2 else "技能劳动力", "城乡居民医保", "是", "城乡居民养老保险"),
        *("低保" if h < 20 else "未享受", "无", dt.date(2016, 6, 1) if birth < dt.date(2016, 6, 1) else birth),
    ]


def _spoilt(row: list[Any], at: int) -> list[Any]:
    """The row with one of the mistakes that offices make."""
    bad = list(row)
    kind = at % 6
    if kind == 0:
        bad[27] = float(str(row[27])[:17])
    elif kind == 1:
        bad[27] = str(row[27])[:16] + str((int(str(row[27])[16]) + 1) % 10) + str(row[27])[17]
    elif kind == 2:
        bad[32] = "身体尚可"
    elif kind == 3:
        bad[28] = "1980年2月30日"
    elif kind == 4:
        bad[29] = "1540000"
    else:
        bad[25] = "女" if row[25] == "男" else "男"
    return bad
