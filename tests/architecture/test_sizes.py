"""The attention budget: functions, files, kernel."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "shouwang"
FILE_LINES, FUNCTION_LINES, PAGE_LINES = 500, 60, 20
KERNEL_LINES, APP_LINES = 3_500, 900
# Mechanisms large enough to be counted by themselves (docs/adr/0004).
TEXTS = ROOT / "tests" / "ledgers" / "dispatch" / "reading" / "cases.py"  # notices to read, not code
PACKAGES = {"official": 1_800, "privacy": 1_900, "workbooks": 1_700, "columns": 900}


def sources(*roots: Path) -> list[Path]:
    return [p for root in roots for p in sorted(root.rglob("*.py")) if "migrations" not in p.parts]


def lines(paths: list[Path]) -> int:
    return sum(len(p.read_text("utf-8").splitlines()) for p in paths)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_files_stay_readable():
    long = [f"{p.relative_to(ROOT)}: {n}" for p in sources(SOURCE, ROOT / "tests") if p != TEXTS and (n := lines([p])) > FILE_LINES]
    assert long == []


def test_functions_stay_readable():
    long = [
        f"{p.relative_to(ROOT)}:{f.lineno} {f.name}: {size}"
        for p in sources(SOURCE, ROOT / "tests")
        for f in functions(p)
        if (size := (f.end_lineno or f.lineno) - f.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


def test_page_handlers_call_and_render():
    """A handler of pages.py decides nothing: it calls a query or an action and renders."""
    long = [
        f"{p.relative_to(ROOT)}:{f.lineno} {f.name}: {size}"
        for p in sources(SOURCE)
        if p.name == "pages.py" or p.parent.name == "pages"
        for f in functions(p)
        if any("page" in ast.unparse(d) for d in f.decorator_list) and (size := (f.end_lineno or 0) - f.body[0].lineno + 1) > PAGE_LINES
    ]
    assert long == []


def test_kernel_stays_small():
    kernel = SOURCE / "kernel"
    apps = [p for p in sorted(kernel.iterdir()) if (p / "apps.py").exists() or p.name in PACKAGES]
    own = [p for p in sources(kernel) if not any(a in p.parents for a in apps)]
    assert lines(own) <= KERNEL_LINES
    assert {a.name: n for a in apps if (n := lines(sources(a))) > PACKAGES.get(a.name, APP_LINES)} == {}
