"""Settings of a site that must not start."""

from tests.kernel.jobs.process_settings import *  # noqa: F403 - the same, but for the routes

ROOT_URLCONF = "tests.cli.serve_urls"
