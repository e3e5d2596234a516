"""Settings of the test run: the product's own, with a data folder that goes away and a quick password hash."""

import os
import tempfile

os.environ.setdefault("SHOUWANG_HOME", tempfile.mkdtemp(prefix="shouwang-test-") + "/data")

from shouwang.config.settings import *  # noqa: F403 - the product's settings are the base

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
