"""What a check must stand on: allowed means, more than income, a household that can be what the case wants. Each raises in words."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.impact.queries import allowed
from shouwang.ledgers.monitoring.rules import rule, words
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.codes import words as names
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import STILL_POOR
from shouwang.ledgers.registry.visits import visit_word


def check_means(place: Region, day: dt.date, means: str) -> None:
    """Whether the county's epidemic risk level allows a check by these means on the day; raises Refused in words."""
    found = allowed(place, day)
    if means not in found.visit_means:
        level = found.level.name if found.level else "未公布风险等级"
        can = "、".join(visit_word("visit_means", m, day) for m in found.visit_means)
        raise Refused(f"{day} 当地{level}，不能以“{visit_word('visit_means', means, day)}”方式核实，可以用：{can}。", field="means")


def check_gathering(place: Region, day: dt.date, means: str) -> None:
    """Whether the appraisal may be held that way where gatherings may be banned; raises Refused in words."""
    ways = rule("appraisal_means", on=day).value["yes" if allowed(place, day).gatherings else "no"]
    if means not in ways:
        known = words("appraisal_mean_words", day)
        can = "、".join(known[w] for w in ways)
        raise Refused(f"{day} 当地不得聚集，不能召开评议会。可以用：{can}，或登记推迟评议。", field="means")


def check_judgement(purpose: str, conclusion: str, coping: str, reason_code: str, problems: str, reasons: str) -> None:
    """Whether a composite judgement stands on more than income; raises Refused naming what is missing."""
    if len(problems.strip()) < 4:
        raise Refused("须写明存在的问题或核实到的实际情况（至少 4 个字）：收入不能单独作为依据。", field="problems")
    if len(reasons.strip()) < 10:
        raise Refused("须写明综合研判理由（至少 10 个字）：收入、自付支出、存在问题、应对能力如何得出结论。", field="reasons")
    if purpose == "clear" and conclusion == "include" and coping == "unable":
        raise Refused("应对能力为“无力应对”，不能建议风险消除。请核对应对能力，或结论选“不纳入（不办理）”。", field="coping")
    if purpose != "clear" and conclusion == "include" and coping == "able":
        raise Refused("应对能力为“能够自行应对”，不能建议纳入。请核对应对能力，或选择“不纳入”。", field="coping")
    if conclusion == "reject" and not reason_code:
        raise Refused("不纳入的须选择原因。请选择一项原因。", field="reason_code")
    if purpose == "include" and conclusion == "reject" and reason_code in ("income_stable", "able") and coping == "unable":
        raise Refused("应对能力为“无力应对”，不能仅以收入高于监测范围不纳入。请核对应对能力或原因。", field="reason_code")


def check_category(household: Household, purpose: str, category: str, day: dt.date) -> None:
    """Whether the household may be what the case wants it to be; raises Refused with the way that is open."""
    registration = household.registration
    if purpose == "include":
        if registration in STILL_POOR:
            raise Refused("该户是建档立卡未脱贫户，已在帮扶范围内。结论请选“不纳入”，原因选“已是建档立卡未脱贫户”。", field="conclusion")
        usual = "unstable" if registration == "exited" else "borderline"
        if category not in (usual, "sudden") or category not in names("monitoring_standing", on=day):
            open_to = "、".join(
                names("monitoring_standing", on=day)[c] for c in (usual, "sudden") if c in names("monitoring_standing", on=day)
            )
            raise Refused(
                f"该户{'已脱贫' if registration == 'exited' else '不是建档立卡户'}，{in_words('监测对象类别', day)}可选：{open_to}。",
                field="category",
            )
    if purpose == "relapse" and registration != "exited":
        raise Refused("返贫登记只用于已脱贫户；该户不是已脱贫户。", field="conclusion")
    if purpose == "fall" and registration != "":
        raise Refused("新致贫登记只用于未建档立卡的户；该户已建档立卡。", field="conclusion")
