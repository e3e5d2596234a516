"""What a started site is: light, and closed unless a route says otherwise."""

import subprocess
import sys
from pathlib import Path

from django.core.checks import run_checks

from shouwang.kernel.pages import Access, every_route_declares_access, routes

HEAVY = (
    "pandas",
    "ortools",
    "splink",
    "ibis",
    "pyarrow",
    "openpyxl",
    "pdfplumber",
    "docx",
    "numpy",
    "xlsxwriter",
    "python_calamine",
    "holidays",
    "duckdb",
)
START = """
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "shouwang.config.settings"
from shouwang.config.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(" ".join(m for m in sys.argv[1].split(",") if m in sys.modules))
"""


def test_start_loads_no_heavy_library(tmp_path: Path):
    (tmp_path / "data" / "static").mkdir(parents=True)
    env = {"SHOUWANG_HOME": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", START, ",".join(HEAVY)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own start
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (0, "", "")


def test_every_route_declares_access():
    assert every_route_declares_access() == []


def test_route_open_to_all_or_to_everyone_signed_in_says_why():
    found = [(p, e.callback.access) for p, e in routes() if isinstance(getattr(e.callback, "access", None), Access)]
    assert found
    assert [p for p, a in found if not a.permissions and not a.why] == []


def test_every_route_has_a_name_of_its_own():
    names = [e.name for _, e in routes()]
    assert [p for p, e in routes() if not e.name] == []
    assert sorted({n for n in names if names.count(n) > 1}) == []


def test_system_checks_are_silent():
    # axes.W006 asks for a lock by address too: offices share one, so the lock is by user name (security.md, sign-in).
    assert [m for m in run_checks() if m.id != "axes.W006" and not m.is_silenced()] == []
