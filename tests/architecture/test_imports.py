"""The import order of ARCHITECTURE.md holds, and breaking it is noticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
SHOWN_TO_PORTAL = {"actions", "figures", "ledger", "queries", "urls"}


def lint(cwd: Path, source: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"}
    command = [str(LINT), "--no-cache", "--config", str(ROOT / ".importlinter")]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own tool


def test_contracts_hold(tmp_path):
    done = lint(tmp_path, ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("kernel/planted.py", "import shouwang.ledgers.registry.models", "kernel"),
        ("engine/planted.py", "import django", "the engine knows no Django"),
        ("engine/planted.py", "import shouwang.kernel.errors", "engine"),
        ("ledgers/registry/planted.py", "import shouwang.ledgers.dispatch.models", "ledgers stand on one another"),
        ("ledgers/dispatch/planted.py", "import shouwang.portal.context", "portal"),
        ("portal/planted.py", "import shouwang.ledgers.registry.models", "the portal does not touch the registry"),
        ("portal/planted.py", "import shouwang.ledgers.dispatch.models", "the portal does not touch the tables of dispatch"),
        ("portal/planted.py", "import shouwang.config.settings", "config"),
        ("ledgers/weather/__init__.py", "", "ledgers stand on one another"),
        ("somewhere/__init__.py", "", "command line"),
    ],
)
def test_planted_import_breaks_a_contract(tmp_path, module, line, contract):
    copy = tmp_path / "src" / "shouwang"
    shutil.copytree(ROOT / "src" / "shouwang", copy, ignore=lambda _d, names: [n for n in names if "." in n and not n.endswith(".py")])
    planted = copy / module
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line + "\n")
    done = lint(tmp_path, tmp_path / "src")
    assert done.returncode == 1
    assert contract in done.stdout


def test_portal_uses_only_what_ledgers_show():
    graph = grimp.build_graph("shouwang", cache_dir=None)
    joining = [m for m in graph.modules if m.split(".")[1:2] in (["portal"], ["api"], ["field"])]
    used = {(m, i) for m in joining for i in graph.find_modules_directly_imported_by(m) if i.startswith("shouwang.ledgers.")}
    assert [(m, i) for m, i in sorted(used) if i.split(".")[3:4] and i.split(".")[3] not in SHOWN_TO_PORTAL] == []


def test_kernel_names_no_ledger():
    """Not even as a string: an app label in a query would be an import the linter cannot see."""
    ledgers = [p.name for p in (ROOT / "src/shouwang/ledgers").iterdir() if (p / "apps.py").exists()]
    found = [
        f"{path.relative_to(ROOT)}: {label}"
        for path in sorted((ROOT / "src/shouwang/kernel").rglob("*.py"))
        for label in ledgers
        if f'"{label}.' in path.read_text("utf-8") or f"shouwang.ledgers.{label}" in path.read_text("utf-8")
    ]
    assert found == []
