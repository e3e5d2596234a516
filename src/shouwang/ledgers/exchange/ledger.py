"""What the ledger of departments' data says of itself."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.exchange import queries
from shouwang.ledgers.exchange.figures import FIGURES
from shouwang.ledgers.exchange.lifecycle import DELIVERY, LETTER
from shouwang.ledgers.exchange.models import Delivery, DeliveryFault, FeedAgreement, Letter, MatchQuestion
from shouwang.ledgers.exchange.policies import MANAGE, MATCH, OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.exchange.tables import CATALOGUE, DELIVERIES, LETTERS, QUESTIONS
from shouwang.ledgers.exchange.views import household_section
from shouwang.ledgers.exchange.watch import on_household_change

LEDGER = Ledger(
    code="exchange",
    title="部门数据",
    models=(FeedAgreement, Delivery, DeliveryFault, MatchQuestion, Letter),
    tables=(CATALOGUE, DELIVERIES, QUESTIONS, LETTERS),
    lifecycles=(DELIVERY, LETTER),
    figures=FIGURES,
    verbs=OWN_VERBS,
    permissions=PERMISSIONS,
    count=queries.open_count,
    on_household_change=on_household_change,
    household_section=household_section,
    menu=(
        MenuItem("部门数据目录", "exchange_catalogue", "list-details", VIEW, "部门数据"),
        MenuItem("报送批次", "exchange_deliveries", "upload", VIEW, "部门数据"),
        MenuItem("待核对人员", "exchange_questions", "copy", MATCH, "部门数据"),
        MenuItem("比对函", "exchange_letters", "arrows-exchange", VIEW, "部门数据"),
        MenuItem("数据打架", "exchange_conflicts", "git-merge", MANAGE, "部门数据"),
    ),
)
