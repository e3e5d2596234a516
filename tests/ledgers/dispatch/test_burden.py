"""减负: what is refused because the system holds it, and what must not be refused."""

from __future__ import annotations

import pytest

from shouwang.kernel.errors import Refused
from shouwang.ledgers.dispatch import burden
from shouwang.ledgers.dispatch.actions import reports
from tests.factories.dispatch import TODAY, issued, report_of

HELD = {
    "建档立卡户数": "registry.households",
    "全区建档立卡户数（户）": "registry.households",
    "目前在册贫困户数有多少？": "registry.households",
    "贫困户数": "registry.households",
    "建档立卡贫困人口数": "registry.persons",
    "请填报：本市未脱贫人数": "registry.not_exited_persons",
    "全市未脱贫户数（截至2月19日）": "registry.not_exited_households",
    "辖区内贫困劳动力人数": "registry.labour_persons",
    "空档户数": "registry.without_helper_households",
    "任务签收率": "dispatch.tasks_acknowledged_rate",
    "全区交办任务总数": "dispatch.tasks",
    "建档立卡户人均纯收入": "registry.income_per_head",
}
ASKED = [
    "贫困情况",
    "贫困率",
    "贫困户名单",
    "贫困户外出务工户数",
    "建档立卡户数（其中外出务工）",
    "建档立卡户数 其中滞销农产品户数（户）",
    "未脱贫户主要原因",
    "脱贫户数占比",
    "任务签收情况",
    "逾期任务原因",
    "防疫物资缺口",
    "滞销农产品数量（公斤）",
    "贫困劳动力返岗人数",
    "户数",
    "人数",
    "",
    "（户）",
]


@pytest.mark.parametrize("label", HELD)
def test_a_question_a_figure_answers_is_refused_downward_with_a_link_to_it(label):
    with pytest.raises(Refused, match="不得再向基层收集") as no:
        burden.settle([label], direction="down", today=TODAY)
    assert (no.value.field, no.value.link) == ("questions", f"/figures/{HELD[label]}/")


@pytest.mark.parametrize("label", HELD)
def test_from_above_it_is_filled_in(label):
    assert burden.settle([label], direction="above", today=TODAY) == ([], [HELD[label]])


@pytest.mark.parametrize("label", ASKED)
def test_a_near_miss_is_asked(label):
    questions, bound = burden.settle([label], direction="down", today=TODAY)
    assert bound == []
    assert questions == ([{"label": label}] if label else [])


def test_questions_are_trimmed_and_keep_their_order():
    questions, bound = burden.settle([" 甲缺口 ", "", "建档立卡户数", "乙缺口"], direction="above", today=TODAY)
    assert (questions, bound) == ([{"label": "甲缺口"}, {"label": "乙缺口"}], ["registry.households"])


def test_a_form_says_how_much_of_it_fills_itself(made):
    issued(made)
    report = report_of("440513-fpb")
    total, filled = burden.filled(report)
    numbers = report.figures.count()
    assert (total, filled) == (6 + numbers + 3, 6 + numbers + 2)  # the suggestions are nobody's but the office's
    reports.write_passage(report.passages.get(part="impact"), "自己写。", by=made.scope("440513-fpb-clerk"), today=TODAY)
    assert burden.filled(report_of("440513-fpb")) == (total, filled - 1)
