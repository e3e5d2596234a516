"""App of the pages that join ledgers."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home, worklist, figures, map, help; installs the catalog's figures and household hooks and the daily jobs into the kernel."""

    name = "shouwang.portal"
    label = "portal"

    def ready(self) -> None:
        """The worker and the command line need figures too, so they are installed here and not with the routes."""
        from shouwang.kernel import figures, sections, shifts
        from shouwang.kernel.accounts import rotation
        from shouwang.kernel.columns import sheet
        from shouwang.kernel.worklist.actions import move_items
        from shouwang.kernel.worklist.queries import open_items_of
        from shouwang.portal import jobs
        from shouwang.portal.catalog import FIGURES, LEDGERS, SHEETS

        figures.install(FIGURES)
        sheet.install(SHEETS)
        shifts.install(ledger.on_household_change for ledger in LEDGERS if ledger.on_household_change)
        sections.install(ledger.household_section for ledger in LEDGERS if ledger.household_section)
        rotation.install(rotation.WorkSource("待办事项", open_items_of, move_items))
        jobs.register_all()
