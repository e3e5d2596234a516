"""Files that offices write themselves, rules, features and thresholds: what cannot be read is said with file, line and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from shouwang.engine.errors import refuse


def parsed(file: Path | Traversable) -> Any:
    """The YAML of a file. Raises SweepRefused where it is no UTF-8 or no YAML."""
    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except UnicodeDecodeError as fault:
        raise refuse("文件不是 UTF-8 编码", "另存为 UTF-8 后再用", field=file.name) from fault
    except yaml.YAMLError as fault:
        at = getattr(fault, "problem_mark", None)
        where = f"（第 {at.line + 1} 行第 {at.column + 1} 列附近）" if at else ""
        raise refuse(f"文件不是合法的 YAML{where}", "检查这一处的缩进、冒号后的空格、引号和括号是否成对", field=file.name) from fault
    except ValueError as fault:  # 2019-02-30 looks like a day and is none
        raise refuse(f"文件中有不存在的日期或读不懂的值：{fault}", "改正这一处", field=file.name) from fault


def entries(file: Path | Traversable, what: str) -> Mapping[str, Mapping[str, Any]]:
    """The YAML of a file of named entries. Raises SweepRefused where it is anything else."""
    raw = parsed(file)
    if not isinstance(raw, dict) or not raw:
        raise refuse(f"{what}文件须是一组“名称: {{…}}”", "照随产品发布的同名文件改写", field=file.name)
    if wrong := next((name for name, entry in raw.items() if not isinstance(entry, dict)), None):
        raise refuse(f"{what}的这一项须是一组键值", "写成 {name: …, unit: …} 的样子", field=str(wrong), value=str(raw[wrong])[:60])
    return raw


def whole(value: Any, *, least: int = 0, most: int = 10**15) -> bool:
    """Whether a value is a whole number within bounds; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
