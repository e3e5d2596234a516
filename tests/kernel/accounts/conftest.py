"""The site with one business page more, to knock at."""

import pytest


@pytest.fixture(autouse=True)
def site(settings):
    """Routes of tests/kernel/accounts/site.py; without WhiteNoise, which warns of the folder that collectstatic has not made here."""
    settings.ROOT_URLCONF = "tests.kernel.accounts.site"
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "whitenoise" not in m]
