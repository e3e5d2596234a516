"""Export, change in a spreadsheet program, import: what was changed arrives, what was not stays, masks and all."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from django.http import QueryDict
from django.utils import timezone

from shouwang.kernel import sheets
from shouwang.kernel.imports import actions
from shouwang.kernel.imports.models import Import
from shouwang.ledgers.registry.intake.export import SHEET
from shouwang.ledgers.registry.intake.people import PEOPLE
from tests.factories.accounts import make_user, scope
from tests.factories.registry import add_member, make_household
from tests.kernel.imports.files import upload_of, work
from tests.ledgers.registry.intake.rows import TODAY, id_of

SOFFICE = shutil.which("soffice")


@pytest.fixture
def clerk(city):
    made = make_household(
        city.at("440513100001"), code="H10001", head_name="陈大河", phone="13800138000", hamlet="一组", address="海门镇和睦路1号"
    )
    add_member(made, code="H1000101", name="陈大河", id_number=id_of("19700101", 1), phone="13900139000")
    add_member(made, code="H1000102", name="林小溪", relation="spouse", sex="female", id_number=id_of("19720303", 2))
    return scope(make_user("440513100-zf-jb", city.offices["440513100-zf"], "town_clerk"))


def exported(by) -> bytes:
    out = BytesIO()
    sheets.export(SHEET, QueryDict(), by, out, now=timezone.now(), reason="核对户档案", hidden=())
    return out.getvalue()


def imported(content: bytes, by) -> Import:
    batch = actions.upload(PEOPLE, upload_of(content), by=by, today=TODAY)
    work()
    return Import.objects.get(pk=batch.pk)


def test_export_handed_back_untouched_changes_nothing(clerk):
    batch = imported(exported(clerk), clerk)
    assert (batch.state, batch.counts) == ("checked", {"new": 0, "update": 0, "same": 2, "error": 0, "suspect": 0}), list(
        batch.rows.values()
    )


@pytest.mark.document
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not on this machine")
def test_cells_changed_and_saved_by_a_spreadsheet_program_arrive(clerk, tmp_path):
    (tmp_path / "户档案.xlsx").write_bytes(exported(clerk))
    flat = convert(tmp_path / "户档案.xlsx", "fods", tmp_path)
    text = flat.read_text("utf-8")
    text, changed = re.subn("<text:p>一组</text:p>", "<text:p>二组</text:p>", text)
    assert changed >= 1
    flat.write_text(text, "utf-8")
    (tmp_path / "out").mkdir()
    back = convert(flat, "xlsx", tmp_path / "out")
    batch = imported(back.read_bytes(), clerk)
    assert (batch.counts["update"], batch.counts["error"], batch.counts["new"]) == (1, 0, 0), list(batch.rows.values())
    assert batch.rows.get(verdict="update").changes == ["村民小组"]
    actions.confirm(batch, by=clerk, today=TODAY, version=batch.version)
    work()
    home = SHEET.base(clerk).first().household
    assert (home.hamlet, home.phone.reveal(), home.address) == ("二组", "13800138000", "海门镇和睦路1号")


def convert(source: Path, ending: str, folder: Path) -> Path:
    """Open the file in LibreOffice and save it in another form."""
    home = folder.parent / f"office-{ending}"
    command = [
        str(SOFFICE),
        f"-env:UserInstallation={home.as_uri()}",
        "--headless",
        "--convert-to",
        ending,
        "--outdir",
        str(folder),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own file
    return folder / f"{source.stem}.{ending}"
