"""Thresholds by date and place, from `rulebook/sweep_parameters.yaml` or an office's own: whole numbers, money in 分."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from shouwang.engine.errors import refuse
from shouwang.engine.reading import entries, whole
from shouwang.engine.rules import digest


@dataclass(frozen=True, slots=True)
class Threshold:
    """One value in force from `valid_from` until `valid_to` (half-open) where the county's code starts with `region`. `value` in `unit` (分 for money)."""

    name: str
    label: str
    unit: str
    value: int
    valid_from: dt.date
    valid_to: dt.date | None
    region: str
    source: str
    unverified: bool

    def as_data(self) -> dict[str, Any]:
        """Every field, for hashing."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Params:
    """All thresholds by name."""

    by_name: Mapping[str, tuple[Threshold, ...]]

    @classmethod
    def load(cls, path: Path | None = None) -> Params:
        """From the file, the published one by default. A `from: file.name` reads another file of the rulebook: one number has one definition."""
        found = entries(path or files("shouwang.rulebook").joinpath("sweep_parameters.yaml"), "参数")
        return cls({name: tuple(_thresholds(name, entry)) for name, entry in found.items()})

    def overlay(self, more: Params) -> Params:
        """What an office sets for itself beside the published values; at the same place the younger one counts."""
        names = [*self.by_name, *(n for n in more.by_name if n not in self.by_name)]
        return Params({n: (*self.by_name.get(n, ()), *more.by_name.get(n, ())) for n in names})

    def find(self, name: str, on: dt.date, region: int | str) -> Threshold | None:
        """The value in force on the day at the place: the most specific place, then the youngest; None where there is none."""
        code = str(region)
        fit = [
            (len(t.region), t.valid_from, place, t)
            for place, t in enumerate(self.by_name.get(name, ()))
            if t.valid_from <= on and (t.valid_to is None or on < t.valid_to) and code.startswith(t.region)
        ]
        return max(fit, key=lambda f: f[:3])[3] if fit else None

    def get(self, name: str, on: dt.date, region: int | str) -> Threshold:
        """As `find`. Raises SweepRefused where nothing is in force."""
        found = self.find(name, on, region)
        if found is None:
            raise refuse(
                f"参数 {name} 在 {region} 于 {on} 没有生效的值", "在参数表中补上该地该日的值和来源", field=name, value=f"{region} {on}"
            )
        return found

    @property
    def digest(self) -> str:
        """SHA-256 over all values."""
        return digest({name: [t.as_data() for t in values] for name, values in self.by_name.items()})


def _thresholds(name: str, entry: Mapping[str, Any]) -> list[Threshold]:
    source, unit = entry, str(entry.get("unit", ""))
    if "from" in entry:
        file, _, other = str(entry["from"]).partition(".")
        shared = files("shouwang.rulebook").joinpath(f"{file}.yaml")
        source = entries(shared, "规则库").get(other, {}) if shared.is_file() else {}
    _check_values(name, entry, source)
    money = str(source.get("unit", unit)).startswith("元")
    return [
        Threshold(
            name=name,
            label=str(entry["name"]),
            unit="分" if money else unit,
            value=_whole(name, v["value"], 100 if money else 1),
            valid_from=v["valid_from"],
            valid_to=v.get("valid_to"),
            region=str(v.get("region", "")),
            source=v["source"],
            unverified=bool(v.get("unverified", False)),
        )
        for v in source["values"]
    ]


def _check_values(name: str, entry: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    for key in ("name", "unit"):
        if not entry.get(key):
            raise refuse(f"参数缺少 {key}", "补上这一项", field=name)
    values = source.get("values")
    if not isinstance(values, list) or not values or not all(isinstance(v, dict) for v in values):
        raise refuse("参数没有 values", "写成 values: [{valid_from: 2020-01-01, value: 5000, source: 文号}]", field=name)
    for v in values:
        if missing := [key for key in ("valid_from", "value", "source") if v.get(key) is None]:
            raise refuse(f"参数的一个值缺少 {'、'.join(missing)}", "补上这一项", field=name, value=str(v)[:60])
        for key in ("valid_from", "valid_to"):
            if v.get(key) is not None and not isinstance(v[key], dt.date):
                raise refuse(f"{key} 不是日期", "写成 2020-03-20 的样子", field=name, value=str(v[key])[:60])


def _whole(name: str, value: Any, times: int) -> int:
    if not whole(value, least=-(10**12), most=10**12):
        raise refuse("参数须是整数", "元、天、百分数都写成整数", field=name, value=str(value)[:60])
    return int(value) * times
