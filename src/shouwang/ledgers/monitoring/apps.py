"""App config."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """防返贫监测; registers the planning of visits and whose the files are."""

    name = "shouwang.ledgers.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        """Makes the background work and the owners of files known."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.ledgers.monitoring import jobs, queries
        from shouwang.ledgers.monitoring.watch import jobs as watch

        jobs.register_all()
        register_owner("monitoring.monitoringcase", queries.case_with_files)
        register_owner("monitoring.communityappraisal", queries.appraisal_with_files)
        watch.register_all()
