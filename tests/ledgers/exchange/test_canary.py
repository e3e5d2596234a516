"""Numbers and names planted in a department's file, run through everything, then looked for in all that was left behind."""

from __future__ import annotations

from django.db import connection

from shouwang.ledgers.exchange import questions
from shouwang.ledgers.exchange.models import MatchQuestion
from tests.factories.exchange import TODAY, make_agreement
from tests.factories.registry import add_member, make_household
from tests.ledgers.exchange.conftest import row, sheet, taken_in, work
from tests.support.canary import plant, search


def test_no_identity_of_a_departments_file_is_left_in_plain(medical, sender, clerk, city, bureau, home):
    planted = plant(6, seed=4)
    numbers = [c for c in planted if c.kind == "id_number"]
    names = [c for c in planted if c.kind == "name"]
    known = add_member(make_household(city.at("440513100001"), head_name="郑同名"), id_number=numbers[0].text)
    twin = add_member(make_household(city.at("440513100002"), head_name="郑同名"))
    rows = [
        row(身份证号码=numbers[0].text, 患者姓名="郑同名"),
        row(身份证号码=numbers[1].text, 患者姓名=names[0].text),
        row(身份证号码=numbers[2].text[:16], 患者姓名="郑同名"),
        row(身份证号码=numbers[3].text, 患者姓名="郑同名", 总费用="错误"),
    ]
    taken_in(medical, sender, sheet(*rows))
    listed = make_agreement(city.at("440513"), bureau, "accidents", way="list")
    taken_in(listed, sender, sheet([names[1].text, numbers[4].text, "车祸", "2020-01-03"], head=["姓名", "身份证号", "事故类型", "日期"]))
    for question in MatchQuestion.objects.filter(state="open"):
        questions.decide(question, known if question.candidates[0][0] == known.pk else twin, reason="电话核对为本人", by=clerk, today=TODAY)
    work()
    (home / "tables.txt").write_text(_tables(), "utf-8")
    assert any(p.suffix == ".parquet" for p in home.rglob("*"))
    assert search([home], planted) == []


def _tables() -> str:
    """Everything the ledger, the jobs and the audit hold, as text."""
    out = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("exchange_", "jobs_", "audit_", "attachments_", "worklist_", "imports_")):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our own tables
                out += [repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor.fetchall()]
    return "\n".join(out)
