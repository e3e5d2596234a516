"""The catalogue of feeds: whole, and its periods and terms by date."""

import datetime as dt

import pytest

from shouwang.engine.feeds import PERIODS, STORED, feed, feeds, identity_fields


def test_every_feed_of_the_lake_is_in_the_catalogue_with_its_columns():
    assert {c: [f.code for f in x.fields] for c, x in feeds().items()} == {
        "medical_settlement": ["kind", "total_fen", "insured_fen", "own_fen"],
        "insurance_enrolment": ["year", "enrolled"],
        "employment": ["status", "place", "wage_fen"],
        "payroll": ["wage_fen"],
        "pupils": ["stage", "status"],
        "social_aid": ["kind", "event", "amount_fen"],
        "disability": ["kind", "grade", "event"],
        "housing": ["grade", "lived_in"],
        "water": ["state"],
        "disaster": ["kind", "loss_fen"],
        "civil_registry": ["event"],
        "vehicles": ["kind", "price_fen"],
        "firms": ["role", "capital_fen"],
        "property": ["kind", "area_dm2"],
        "credit": ["product", "balance_fen", "overdue_days"],
        "serious_illness": ["disease_class"],
        "fiscal_payroll": ["post"],
        "production": ["kind", "state", "loss_fen"],
        "petitions": ["topic"],
        "accidents": ["kind", "loss_fen"],
    }


@pytest.mark.parametrize("one", feeds().values(), ids=feeds())
def test_a_feed_is_whole(one):
    assert one.owner and one.basis and one.period in PERIODS and 1 <= one.expected_day <= 28 and one.retention >= 12
    assert one.level in ("person", "household")
    for f in one.fields:
        assert f.type in STORED and f.label
        assert (f.type in ("choice", "ordinal")) == bool(f.choices)
        assert set((f.also or {}).values()) <= set(f.choices or {})
    headers = [w for f in (*one.fields, *identity_fields()) for w in (f.label, *f.aliases)]
    assert len(headers) == len(set(headers))


def test_periods_and_terms_by_date():
    monthly, quarterly = feed("medical_settlement"), feed("vehicles")
    assert monthly.last_period(dt.date(2020, 2, 17)) == dt.date(2020, 1, 1)
    assert monthly.expected(dt.date(2019, 12, 1)) == dt.date(2020, 1, 10)
    assert monthly.starts(dt.date(2020, 1, 1)) == dt.date(2020, 1, 1)
    assert monthly.kept_until(dt.date(2017, 1, 1)) == dt.date(2020, 2, 1)
    assert quarterly.last_period(dt.date(2020, 2, 17)) == dt.date(2019, 12, 1)
    assert quarterly.starts(dt.date(2019, 12, 1)) == dt.date(2019, 10, 1)
    assert quarterly.previous(dt.date(2020, 3, 1)) == dt.date(2019, 12, 1)
    assert quarterly.names(dt.date(2019, 12, 1)) and not quarterly.names(dt.date(2019, 11, 1))


def test_an_unknown_feed_is_an_error_with_its_code():
    with pytest.raises(LookupError, match="nothing"):
        feed("nothing")
