"""App config."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Import from Excel."""

    name = "shouwang.kernel.imports"
    label = "imports"

    def ready(self) -> None:
        """Register the jobs, and say that an import's file belongs to who may see the import."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.kernel.imports import jobs, queries

        jobs.register_all()
        register_owner("imports.import", lambda scope, pk: queries.imports(scope).filter(pk=pk).first())
