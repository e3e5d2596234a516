"""The rule desk as two officers of a district use it: change a rule, dry run, second person, sweep, a lead that says why."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import DESK, PHONE, People

pytestmark = pytest.mark.journey


def test_rule_changed_tried_approved_swept_and_a_lead_explained(staff: People) -> None:
    clerk, leader = staff.desk("440513-fpb-jb"), staff.desk("440513-fpb-ld")
    clerk.goto("/monitoring/rules/")
    clerk.get_by_role("link", name="赡养负担重的低收入户").click()
    clerk.get_by_role("link", name="第 1 版", exact=True).click()
    clerk.get_by_role("link", name="修改").click()
    clerk.get_by_label("规则名称").fill("人口多的低收入户")
    clerk.locator("[name=c0-percent]").fill("400")
    clerk.locator("[name=c1-value]").fill("9")
    clerk.locator("[name=c2-value]").fill("4")
    clerk.get_by_role("button", name="保存草稿").click()
    expect(clerk.get_by_text("规则已改，须重新试算")).to_be_visible()
    expect(clerk.get_by_role("button", name="提交审批")).to_be_disabled()
    clerk.get_by_role("button", name="试算").click()
    expect(clerk.get_by_role("region", name="按镇（街道）")).to_contain_text("潮阳区")
    found = []
    for size in (PHONE, DESK):
        clerk.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(clerk) + barriers(clerk)
    clerk.get_by_role("button", name="提交审批").click()
    expect(clerk.locator("h1")).to_contain_text("待审批")
    leader.goto(clerk.url)
    leader.get_by_role("button", name="批准").click()
    expect(leader.locator("h1")).to_contain_text("已批准")
    clerk.goto("/monitoring/sweeps/")
    clerk.get_by_role("button", name="发起全量筛查").click()
    done = clerk.locator("h1").get_by_text("已完成")
    for _ in range(40):
        if done.is_visible():
            break
        clerk.wait_for_timeout(500)
        clerk.reload()
    expect(done).to_be_visible()
    clerk.get_by_role("link", name="人口多的低收入户").click()
    clerk.goto("/monitoring/leads/?rule=own_440513_1")
    clerk.locator("tbody a").first.click()
    expect(clerk.get_by_role("heading", name="为什么出现这条线索")).to_be_visible()
    expect(clerk.get_by_text("怎样就不会出现")).to_be_visible()
    for size in (PHONE, DESK):
        clerk.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(clerk) + barriers(clerk)
    assert found == []
