"""The command line: `shouwang COMMAND`. Commands load on demand, so that reading a notice starts without Django."""

from __future__ import annotations

import importlib
import os

import click

# command: (module, attribute, needs Django)
COMMANDS = {
    "notice": ("shouwang.cli.notice", "notice", False),
    "deadline": ("shouwang.cli.notice", "deadline", False),
    "credit": ("shouwang.cli.credit", "credit", False),
    "serve": ("shouwang.cli.serve", "serve", False),
    "init": ("shouwang.cli.setup", "init", True),
    "secure-database": ("shouwang.cli.setup", "secure_database", True),
    "demo": ("shouwang.cli.demo", "demo", True),
    "regions": ("shouwang.cli.setup", "regions", True),
    "users": ("shouwang.cli.users", "users", True),
    "report": ("shouwang.cli.report", "report", True),
    "keys": ("shouwang.cli.keys", "keys", True),
    "audit": ("shouwang.cli.audit", "audit", True),
    "jobs": ("shouwang.cli.jobs", "jobs", True),
    "docs": ("shouwang.cli.docs", "docs", True),
    "sweep": ("shouwang.cli.sweep", "sweep", False),
    "bench": ("shouwang.cli.bench", "bench", True),
    "manage": ("shouwang.cli.setup", "manage", True),
}


class Lazy(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, with Django ready where it needs it."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, needs_django = COMMANDS[cmd_name]
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
        if needs_django:
            os.environ["SHOUWANG_COMMAND_LINE"] = "1"
            import django

            django.setup()
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=Lazy, help="守望：来文进、任务出、台账记、报告上。")
@click.version_option(package_name="shouwang")
def main() -> None:
    """The entry point."""
