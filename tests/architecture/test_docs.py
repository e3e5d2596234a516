"""The generated pages say what the code does now."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from shouwang.cli.docs import docs, pages, stale

FOLDER = Path(__file__).parents[2] / "docs" / "generated"


def test_generated_pages_are_fresh():
    assert stale(FOLDER) == [], "run: shouwang docs"


def test_every_page_has_its_rows():
    rows = {name: sum(line.startswith("| ") for line in text.splitlines()) for name, text in pages().items()}
    assert {name: n > 20 for name, n in rows.items()} == dict.fromkeys(rows, True)


def test_command_writes_and_checks(tmp_path):
    assert CliRunner().invoke(docs, ["--folder", str(tmp_path)]).exit_code == 0
    assert stale(tmp_path) == []
    (tmp_path / "routes.md").write_text("old", "utf-8")
    (tmp_path / "left-over.md").write_text("old", "utf-8")
    done = CliRunner().invoke(docs, ["--check", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "left-over.md、routes.md 与代码不一致" in done.output


@pytest.mark.parametrize("name", ["lifecycles.md", "permissions.md", "figures.md", "routes.md"])
def test_tables_are_rectangular(name):
    tables = [block.splitlines() for block in pages()[name].split("\n\n") if block.startswith("| ")]
    assert tables
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1
