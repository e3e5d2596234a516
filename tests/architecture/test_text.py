"""What no file may hold: suppressions without a reason, inline script or style, addresses of other servers, notes to self."""

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "shouwang"
PYTHON = sorted(p for d in ("src", "tests") for p in (ROOT / d).rglob("*.py") if "migrations" not in p.parts)
TEMPLATES = sorted(p for p in SOURCE.rglob("*") if p.suffix == ".html")
ASSETS = sorted(p for p in SOURCE.rglob("*") if p.suffix in {".css", ".js", ".webmanifest"} and "vendor" not in p.parts)
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|nosec|pragma:|mypy:|ruff:|pylint:|flake8:)", re.I)
REASONED = re.compile(r"#\s*noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \S.{3,}|#\s*type: ignore\[[a-z0-9-]+(, [a-z0-9-]+)*\]\s+#\s*(?!noqa)\S.{2,}")
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script\b(?![^>]*\bsrc=)|\shx-on[:-]|\shx-vals\s*=\s*[\"']js:", re.I
)
ELSEWHERE = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.I)
NAMESPACES = ("http://www.w3.org/",)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b|raise NotImplementedError")


def comments(path: Path) -> list[tuple[int, str]]:
    with path.open("rb") as stream:
        return [(t.start[0], t.string) for t in tokenize.tokenize(stream.readline) if t.type == tokenize.COMMENT]


def test_each_suppression_names_its_rule_and_its_reason():
    bare = [
        f"{p.relative_to(ROOT)}:{line} {text}"
        for p in PYTHON
        for line, text in comments(p)
        if SUPPRESSION.search(text) and not REASONED.search(text)
    ]
    assert bare == []


def test_no_file_is_unfinished():
    found = [f"{p.relative_to(ROOT)}: {m[0]}" for p in PYTHON if p != Path(__file__) for m in UNFINISHED.finditer(p.read_text("utf-8"))]
    assert found == []


def test_templates_hold_no_script_or_style():
    """The content policy would refuse it, and the page would be broken without a word."""
    assert TEMPLATES
    found = [f"{p.relative_to(ROOT)}: {m[0].strip()}" for p in TEMPLATES for m in INLINE.finditer(p.read_text("utf-8"))]
    assert found == []


def test_pages_name_no_other_server():
    found = [
        f"{p.relative_to(ROOT)}: {m[0]}"
        for p in (*TEMPLATES, *ASSETS)
        for m in ELSEWHERE.finditer(p.read_text("utf-8"))
        if not p.read_text("utf-8")[m.start() :].startswith(NAMESPACES)
    ]
    assert found == []


def test_forms_that_post_carry_the_token():
    found = []
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        forms = re.findall(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", text, re.I | re.S)
        found += [f"{path.relative_to(ROOT)}: {form[:60]}" for form in forms if "csrf_token" not in form]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        '<p style="color:red">',
        '<a onclick="x()">',
        "<script>1</script>",
        '<a href="javascript:1">',
        "<style>p{}</style>",
        '<p hx-on:click="x()">',
    ],
)
def test_inline_code_is_recognised(line):
    assert INLINE.search(line)


@pytest.mark.parametrize(
    "line", ['<script src="/static/app.js" defer></script>', '<link rel="stylesheet" href="x.css">', "<p data-style=1>"]
)
def test_what_is_allowed_is_not_taken_for_inline_code(line):
    assert not INLINE.search(line)


def test_reasons_are_recognised():
    assert not REASONED.search("# " + "noqa")
    assert not REASONED.search("# " + "noqa: S101")
    assert not REASONED.search("# " + "type: ignore")
    assert not REASONED.search("# " + "type: ignore[attr-defined]")
    assert REASONED.search("# " + "noqa: S101, N818 - a reason is here")
    assert REASONED.search("# " + "type: ignore[attr-defined]  # a reason is here")
