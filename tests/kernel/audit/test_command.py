"""shouwang audit verify | anchor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from shouwang.cli.audit import audit
from tests.kernel.audit.support import raw, sealed_chain

pytestmark = pytest.mark.django_db


def run(*args: str) -> Result:
    return CliRunner().invoke(audit, args)


def test_verify_says_in_words_that_the_chain_is_whole() -> None:
    sealed_chain(12, 5)
    raw("UPDATE audit_event SET recorded_at = %s", timezone.now())
    raw("DELETE FROM audit_seal")
    assert run("verify").exit_code == 0  # young rows wait for the sealer
    sealed = run("verify", "--json")
    told = json.loads(sealed.output)
    assert (told["ok"], told["unsealed"], told["rows"]) == (True, 12, 0)


def test_verify_names_the_row_and_fails() -> None:
    ids = sealed_chain(12, 5)
    raw("UPDATE audit_event SET reason = %s WHERE id = %s", "伪造", ids[6])
    done = run("verify")
    assert done.exit_code == 1
    assert f"第 {ids[6]} 条记录的内容在封存之后被改动" in done.output
    told = json.loads(run("verify", "--json").output)
    assert (told["ok"], [p["kind"] for p in told["problems"]]) == (False, ["row_changed"])


def test_a_long_list_of_findings_is_cut_and_says_so() -> None:
    sealed_chain(60, 100)
    raw("UPDATE audit_event SET reason = %s", "伪造")
    assert "另有 10 处" in run("verify").output


def test_anchor_appends_the_head_and_verify_holds_the_chain_against_it(tmp_path: Path) -> None:
    ids, file = sealed_chain(12, 5), tmp_path / "anchors.jsonl"
    assert f"已锚定至第 {ids[-1]} 条" in run("anchor", str(file)).output
    assert run("verify", "--anchor", str(file)).exit_code == 0
    raw("DELETE FROM audit_seal WHERE last_id = %s", ids[-1])
    raw("DELETE FROM audit_event WHERE id > %s", ids[9])
    done = run("verify", "--anchor", str(file))
    assert done.exit_code == 1
    assert "链尾被截断或整链被改写" in done.output


def test_refusals_are_words_and_not_tracebacks(tmp_path: Path) -> None:
    done = run("anchor", str(tmp_path / "anchors.jsonl"))
    assert (done.exit_code, "还没有已封存的审计记录" in done.output) == (1, True)
    sealed_chain(1, 5)
    done = run("anchor", str(tmp_path / "no" / "such" / "folder"))
    assert (done.exit_code, "无法写入" in done.output) == (1, True)
    done = run("verify", "--anchor", str(tmp_path / "absent"))
    assert (done.exit_code, "无法读取" in done.output) == (1, True)
