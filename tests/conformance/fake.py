"""A small ledger over the offices of the test city, sound in every respect; the tests of the checks spoil it one thing at a time."""

from __future__ import annotations

import datetime as dt
import itertools

from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.figures import Figure
from shouwang.kernel.filters import Filter
from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.kernel.privacy.classes import open_to_scope
from shouwang.kernel.regions.models import Region
from shouwang.kernel.tables import Column, QuickView, Table
from shouwang.kernel.testing import Sample
from tests.factories.accounts import make_office

NOW = dt.datetime(2020, 2, 17, 14, 5, tzinfo=timezone.get_default_timezone())
VIEW, EXPORT, SIGN = "fake.view", "fake.export", "fake.sign"
GIVE = Verb("fake.handover.give", "签字移交", SIGN)
TAKE = Verb("fake.handover.take", "签字接收", SIGN)
CYCLE = Lifecycle(
    name="handover",
    initial="draft",
    states={
        "draft": State("拟稿", "移交人"),
        "given": State("移交人已签", "接收人"),
        "taken": State("接收人已签", "—", final=True),
    },
    moves={"give": Move(("draft",), "given", "签字移交", GIVE), "take": Move(("given",), "taken", "签字接收", TAKE)},
)
with isolate_apps("tests.conformance"):

    class Paper(models.Model):
        """A table no database has; only its declaration is looked at."""

        state = models.CharField("状态", max_length=8, choices=CYCLE.choices)
        privacy = {"state": open_to_scope()}

        class Meta:
            app_label = "fake"

        def __str__(self) -> str:
            return self.state


OFFICES = Table(
    key="fake_offices",
    title="机构",
    permission=VIEW,
    export_permission=EXPORT,
    definition="在册机构",
    url_name="fake_offices",
    base=lambda s: Office.objects.filter(s.q(VIEW)).select_related("region"),
    columns=(
        Column("code", "代码", "code", kind="mono", sort="code"),
        Column("region", "区划", "region.name"),
        Column("contact", "联系方式", "contact_line", mask="phone"),
        Column("head", "机关标志", "red_head", group="income", sort="red_head"),
    ),
    filters=(
        Filter("kind", "类别", options=lambda _s: Office.Kind.choices, apply="kind"),
        Filter("head", "标志", "text", apply="red_head", group="income"),
    ),
    quick_views=(QuickView("towns", "镇（街道）", {"kind": "town"}),),
)
TOWNS = Figure(
    "fake.towns",
    "镇街机构数",
    "个",
    "当日在册的镇（街道）机构数。",
    lambda _day: Office.objects.filter(kind="town"),
    drill="/fake/offices/?kind=town",
)
LEDGER = Ledger(
    code="fake",
    title="样例",
    tables=(OFFICES,),
    models=(Paper,),
    lifecycles=(CYCLE,),
    figures=(TOWNS,),
    verbs=(GIVE, TAKE),
    permissions={VIEW: "查看", EXPORT: "导出", SIGN: "签字"},
    menu=(MenuItem("机构", "fake_offices", "building", VIEW, "样例"),),
)
_numbers = itertools.count(1)


def make(region: Region) -> Office:
    """One office at the village."""
    return make_office(f"fake-{next(_numbers)}", "样例机构", region, contact_line="13800138000", red_head="CANARY")


SAMPLE = Sample(make)
