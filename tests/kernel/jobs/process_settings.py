"""Settings of the test processes: the kernel and its tables, made straight from the models, and a site of four plain pages."""

from shouwang.config.settings import *  # noqa: F403 - the product's settings are the base
from shouwang.config.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [app for app in PRODUCT_APPS if not app.startswith(("shouwang.ledgers", "shouwang.portal"))]
MIGRATION_MODULES: dict[str, None] = {app.rsplit(".", 1)[-1]: None for app in INSTALLED_APPS}
ROOT_URLCONF = "tests.kernel.jobs.process_urls"
MIDDLEWARE = []
FILE_UPLOAD_HANDLERS = [
    "shouwang.kernel.attachments.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
