"""Settings of the test run: the product's own, with a data folder that goes away and a quick password hash."""

import os
import tempfile

# A folder for each of pytest's workers, handed on to what it starts: one may not open what another, with other keys, has sealed.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if "SHOUWANG_HOME" not in os.environ or os.environ.get("SHOUWANG_TEST_WORKER", "") != _worker:
    os.environ["SHOUWANG_HOME"] = tempfile.mkdtemp(prefix="shouwang-test-") + "/data"
    os.environ["SHOUWANG_TEST_WORKER"] = _worker
os.environ["SHOUWANG_COMMAND_LINE"] = "1"  # factories write everywhere; what a client asks for has the scope of the person

from shouwang.config.settings import *  # noqa: E402, F403 - the base is the product's settings, which read the folder named above

del os.environ["SHOUWANG_COMMAND_LINE"]  # servers and workers started by tests are none
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
