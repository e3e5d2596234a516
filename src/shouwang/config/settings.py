"""One settings file for every installation; what differs comes from SHOUWANG_* variables."""

import os
import secrets
from pathlib import Path

import dj_database_url

SHOUWANG_HOME = Path(os.environ.get("SHOUWANG_HOME", "var/data")).resolve()
SHOUWANG_PRODUCTION = os.environ.get("SHOUWANG_PRODUCTION") == "1"
SHOUWANG_CIPHER = os.environ.get("SHOUWANG_CIPHER", "sm4")
# The key of keys lies outside the data folder, so that a copy of the data alone opens nothing.
SHOUWANG_KEK_FILE = Path(os.environ.get("SHOUWANG_KEK_FILE", SHOUWANG_HOME.parent / "keys" / "kek.json")).resolve()
# On PostgreSQL the site and its worker use the database as this role, which owns no table, so that row-level security binds them
# (docs/adr/0005). The command line stays the owner of the tables and reaches every row; only `shouwang` itself sets that.
SHOUWANG_DATABASE_ROLE = os.environ.get("SHOUWANG_DATABASE_ROLE", "")
SHOUWANG_COMMAND_LINE = os.environ.get("SHOUWANG_COMMAND_LINE") == "1"
SHOUWANG_BUILD = "0.1.0"


def _secret(name: str) -> str:
    """A secret of this installation, made at the first start and kept beside the key file, never in the data folder."""
    if value := os.environ.get(f"SHOUWANG_{name.upper()}"):
        return value
    path = SHOUWANG_KEK_FILE.parent / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process made it first
        finally:
            fresh.unlink()
    return path.read_text()


SECRET_KEY = _secret("secret-key")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SHOUWANG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("SHOUWANG_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "shouwang.kernel",
    "shouwang.kernel.regions",
    "shouwang.kernel.accounts",
    "shouwang.kernel.sign_in",
    "shouwang.kernel.administration",
    "shouwang.kernel.audit",
    "shouwang.kernel.worklist",
    "shouwang.kernel.attachments",
    "shouwang.kernel.jobs",
    "shouwang.kernel.imports",
    "shouwang.ledgers.registry",
    "shouwang.ledgers.exchange",
    "shouwang.ledgers.impact",
    "shouwang.ledgers.produce",
    "shouwang.ledgers.monitoring",
    "shouwang.ledgers.credit",
    "shouwang.ledgers.employment",
    "shouwang.ledgers.dispatch",
    "shouwang.portal",
]

MIDDLEWARE = [
    "shouwang.kernel.logs.RequestLogMiddleware",
    "shouwang.kernel.web_health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "shouwang.kernel.web.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shouwang.kernel.web.ScopeMiddleware",
    "shouwang.kernel.sign_in.middleware.SignInMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "shouwang.config.urls"
WSGI_APPLICATION = "shouwang.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "shouwang.portal.context.chrome",
            ],
        },
    }
]

DATABASES = {"default": dj_database_url.parse(os.environ.get("SHOUWANG_DATABASE_URL", f"sqlite:///{SHOUWANG_HOME / 'shouwang.sqlite3'}"))}
_db = DATABASES["default"]
_db["CONN_MAX_AGE"] = None
_db["CONN_HEALTH_CHECKS"] = not _db["ENGINE"].endswith("sqlite3")
if _db["ENGINE"].endswith("sqlite3"):
    # DEFERRED transactions that read and then write fail with "database is locked" under load; IMMEDIATE ones wait.
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-64000; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    _db["OPTIONS"] = {**_db.get("OPTIONS", {}), "options": "-c jit=off -c max_parallel_workers_per_gather=0"}
    if SHOUWANG_COMMAND_LINE:
        _db["OPTIONS"]["options"] += " -c shouwang.everything=on"
    elif SHOUWANG_DATABASE_ROLE:
        _db["OPTIONS"]["assume_role"] = SHOUWANG_DATABASE_ROLE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "shouwang.kernel.sign_in.sessions.OfficerBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "shouwang.kernel.accounts.passwords.MixedCharactersValidator"},
    {"NAME": "shouwang.kernel.accounts.passwords.NotUserNameValidator"},
    {"NAME": "shouwang.kernel.accounts.passwords.HistoryValidator"},
]
LOGIN_URL = "/sign-in/"
# Offices share one address: a lock by address would lock a whole office.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "shouwang.kernel.sign_in.sessions.attempt_name"
AXES_FAILURE_LIMIT = "shouwang.kernel.sign_in.sessions.failure_limit"
AXES_COOLOFF_TIME = "shouwang.kernel.sign_in.sessions.lock_time"
AXES_LOCKOUT_CALLABLE = "shouwang.kernel.sign_in.pages.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "password", "csrfmiddlewaretoken"]
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # it asks to lock by address too, which would lock whole offices
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# The product ends a session after twelve hours itself and says so; the cookie must outlive that.
SESSION_COOKIE_AGE = 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # offices share machines
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SHOUWANG_PRODUCTION
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "shouwang.portal.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SHOUWANG_PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SHOUWANG_PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
# A field of a form and a body without files; files are bounded by the upload handlers of the page that takes them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
# Uploads stay in memory until they are sealed: a temporary file would lie on the disk in plain.
FILE_UPLOAD_MAX_MEMORY_SIZE = 80 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["shouwang.kernel.attachments.uploads.BoundedUpload", "django.core.files.uploadhandler.MemoryFileUploadHandler"]
SHOUWANG_UPLOAD_LIMIT = 20 * 1024 * 1024
SHOUWANG_FEED_LIMIT = 60 * 1024 * 1024  # a department's month: 500,000 rows of 8 columns are 31 MB, 600,000 of 12 some 55

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = SHOUWANG_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "shouwang.config.storage.StaticStorage"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "shouwang.kernel.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"shouwang": {"level": "INFO"}, "axes": {"level": "ERROR"}, "django.request": {"level": "ERROR"}},
}
