"""Pages of the watch as people use them."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from shouwang.engine.rules import Condition
from shouwang.ledgers.monitoring.models import RuleVersion, SavedScenario, SweepRun
from shouwang.ledgers.monitoring.watch import book, views
from shouwang.ledgers.monitoring.watch.forms import conditions, fits, shape_of, when_of
from tests.factories.accounts import make_user, sign_in
from tests.factories.moments import business_date
from tests.ledgers.monitoring.watch.conftest import TODAY, Watch, feed, home, swept

pytestmark = pytest.mark.django_db
