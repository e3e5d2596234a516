"""Rows of departments' data for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement, Letter, MatchQuestion
from shouwang.ledgers.registry.models import Member

TODAY = dt.date(2020, 2, 17)
JANUARY = dt.date(2020, 1, 1)
_numbers = itertools.count(1)


def make_agreement(region: Region, office: Office, feed: str = "medical_settlement", *, way: str = "file", **kw: Any) -> FeedAgreement:
    """In force since 2019."""
    made = FeedAgreement(feed=feed, office=office, way=way, since=kw.pop("since", dt.date(2019, 1, 1)), **kw)
    made.put_in(region)
    made.save()
    return made


def make_delivery(agreement: FeedAgreement, *, state: str = "done", **kw: Any) -> Delivery:
    """Taken in on the day, without rows in the lake."""
    values = {"period": JANUARY, "name": "数据.xlsx", "digest": f"{next(_numbers):064x}", "uploaded_by": "核验", "received_on": TODAY, **kw}
    made = Delivery(agreement=agreement, feed=agreement.feed, office=agreement.office, state=state, **values)
    made.put_in(agreement.region)
    made.save()
    return made


def make_question(delivery: Delivery, *members: Member, state: str = "open", **kw: Any) -> MatchQuestion:
    """An open question about these members, lying with the first."""
    made = MatchQuestion(
        feed=delivery.feed,
        first=delivery,
        tag=f"{next(_numbers):064x}",
        candidates=[[m.pk, 4, 0] for m in members],
        asked_on=TODAY,
        state=state,
        **kw,
    )
    made.said = '{"name": "曾样板"}'
    home: Any = members[0] if members else delivery
    for name in ("region_id", "city_id", "county_id", "town_id", "village_id"):
        setattr(made, name, getattr(home, name))
    made.save()
    return made


def make_letter(agreement: FeedAgreement, *, state: str = "draft", **kw: Any) -> Letter:
    """A letter due in a month."""
    values = {
        "purpose": "核验监测对象",
        "drafted_by": "核验",
        "answer_by": dt.date(2020, 2, 27),
        "destroy_by": dt.date(2020, 3, 18),
        "sent_on": None if state == "draft" else TODAY,
        "people": 3,
        **kw,
    }
    made = Letter(agreement=agreement, feed=agreement.feed, office=agreement.office, state=state, **values)
    made.put_in(agreement.region)
    made.save()
    return made
