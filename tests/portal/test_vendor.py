"""Vendored files are those of the lock, carry no source maps, and the own styles keep to the size and the old browsers' features."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/shouwang/portal/static"
TEMPLATES = sorted((ROOT / "src/shouwang").glob("**/templates/**/*.html"))
LOCK = json.loads((STATIC / "vendor.lock.json").read_text(encoding="utf-8"))["files"]


@pytest.mark.parametrize("entry", LOCK, ids=lambda e: e["name"])
def test_vendored_file_is_the_locked_one(entry):
    content = (ROOT / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert b"sourceMappingURL" not in content
    assert all(entry[k] for k in ("name", "version", "licence", "source", "built"))


def test_every_vendored_file_stands_in_the_lock_and_the_notices():
    locked = {e["file"] for e in LOCK}
    vendored = {p.relative_to(ROOT).as_posix() for d in (STATIC / "vendor", ROOT / "tests/journeys/vendor") for p in d.iterdir()}
    assert vendored <= locked
    notices = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")
    assert [e["name"] for e in LOCK if f"{e['name']} {e['version']}" not in notices] == []


def test_styles_are_small():
    assert len(gzip.compress((STATIC / "css/app.css").read_bytes(), 9)) <= 12 * 1024


@pytest.mark.parametrize("path", sorted((STATIC / "css").glob("*.css")), ids=lambda p: p.name)
def test_styles_use_nothing_younger_than_chrome_87(path):
    css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    young = (":has(", ":is(", ":where(", "color-mix(", "@container", "@layer", "aspect-ratio", "text-wrap", "dvh", "&:", "oklch(")
    assert [word for word in young if word in css] == []


@pytest.mark.parametrize("path", sorted((STATIC / "js").glob("**/*.js")), ids=lambda p: p.relative_to(STATIC).as_posix())
def test_scripts_use_nothing_younger_than_chrome_87_no_store_and_no_html(path):
    code = path.read_text(encoding="utf-8")
    young = (".at(", "randomUUID(", "structuredClone", "Object.hasOwn", ".findLast", ".toSorted", "localStorage", "sessionStorage")
    unsafe = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function")
    assert [word for word in young + unsafe if word in re.sub(r"//.*|/\*.*?\*/", "", code)] == []
    assert len(code.splitlines()) <= 300


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_templates_carry_no_inline_style_or_script(path):
    html = path.read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)", html) == []
