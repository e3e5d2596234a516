"""The sign-in settings these tests stand on."""

import pytest

import shouwang.kernel.privacy.models_datakey  # noqa: F401 - the key table, until the kernel's models name it

MIDDLEWARE = "shouwang.kernel.sign_in.middleware.SignInMiddleware"


@pytest.fixture(autouse=True)
def site(settings):
    """The account pages with the sign-in rules switched on."""
    settings.ROOT_URLCONF = "tests.kernel.accounts.site"
    kept = [m for m in settings.MIDDLEWARE if m != MIDDLEWARE and "django_otp" not in m and "whitenoise" not in m]
    after = kept.index("shouwang.kernel.web.ScopeMiddleware") + 1
    settings.MIDDLEWARE = [*kept[:after], MIDDLEWARE, *kept[after:]]
    settings.AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "shouwang.kernel.sign_in.sessions.OfficerBackend"]
    settings.AXES_USERNAME_CALLABLE = "shouwang.kernel.sign_in.sessions.attempt_name"
    settings.AXES_FAILURE_LIMIT = "shouwang.kernel.sign_in.sessions.failure_limit"
    settings.AXES_COOLOFF_TIME = "shouwang.kernel.sign_in.sessions.lock_time"
    settings.AXES_LOCKOUT_CALLABLE = "shouwang.kernel.sign_in.pages.locked_out"
    # The product's own rule ends a session after twelve hours and says so; the cookie must outlive it.
    settings.SESSION_COOKIE_AGE = 24 * 3600
