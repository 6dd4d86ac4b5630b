"""Settings from the environment, with safe embedded defaults.

`ALVEOLE_URL` alone decides hosts, origins, cookies and links; `ALVEOLE_DATA` is the folder of everything
that lives; `ALVEOLE_DATABASE_URL` and `ALVEOLE_REDIS_URL` move the two stores out of it.
"""

import sys
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab

from alveole import addresses, databases, environment, valkey
from alveole.build import app_version
from alveole.environment import told
from alveole.secrets import secret
from alveole.storing import default_storage

BASE_DIR = Path(__file__).resolve().parent.parent
BUILD_DIR = BASE_DIR / "build"

# What the environment says comes first: all of it is understood before anything is made.
DATA_DIR = told("ALVEOLE_DATA", Path, str(BASE_DIR / "data")).resolve()
BACKUPS_DIR = told("ALVEOLE_BACKUPS", Path, str(DATA_DIR / "backups")).resolve()
PORT = told("PORT", environment.port, "8000")
ALVEOLE_URL = told("ALVEOLE_URL", addresses.as_origin, f"http://localhost:{PORT}", "https://alveole.example.org")
_url = urlsplit(ALVEOLE_URL)
IS_HTTPS = _url.scheme == "https"
SITE_HOST = _url.hostname or "localhost"
DATABASES = {
    "default": told(
        "ALVEOLE_DATABASE_URL",
        partial(databases.from_url, sqlite_file=DATA_DIR / "alveole.sqlite3"),
        example="postgres://user:password@host:5432/name",
    )
}
VALKEY_URL = told("ALVEOLE_REDIS_URL", addresses.of_valkey, example="redis://host:6379/0")
IS_VALKEY_EXTERNAL = bool(VALKEY_URL)
VALKEY_URL = VALKEY_URL or valkey.url(DATA_DIR)
FILES = default_storage(
    DATA_DIR / "files",
    bucket=told("ALVEOLE_S3_BUCKET", str),
    endpoint=told("ALVEOLE_S3_ENDPOINT", addresses.of_store, example="https://s3.example.org"),
    region=told("ALVEOLE_S3_REGION", str, "us-east-1"),
    key=told("ALVEOLE_S3_KEY", str),
    secret=told("ALVEOLE_S3_SECRET", str),
)
PROXIES = told("ALVEOLE_PROXIES", addresses.of_proxies, example="127.0.0.1,10.0.0.0/8")
THREADS = told("ALVEOLE_THREADS", environment.threads, "8")
LANGUAGE_CODE = told("ALVEOLE_LANGUAGE", environment.one_of("fr", "en"), "fr")
TIME_ZONE = told("ALVEOLE_TIME_ZONE", environment.time_zone, "Europe/Paris")
EMAIL_BACKEND = told("ALVEOLE_EMAIL_BACKEND", environment.mail_backend, "alveole.hosting.mail.SiteMail")
DEFAULT_FROM_EMAIL = told("ALVEOLE_FROM", environment.sender, f"Alvéole <alveole@{SITE_HOST}>")
# json: one object a line, and a line for each request, for whoever gathers logs.
LOG_FORM = told("ALVEOLE_LOG", environment.one_of("plain", "json"), "plain")
METRICS_TOKEN = told("ALVEOLE_METRICS_TOKEN", str)
# alveole/limits.py holds the table; "off" is for benchmarks, which are one person asking for a thousand.
ALVEOLE_LIMITS = told("ALVEOLE_LIMITS", environment.one_of("on", "off"), "on") == "on"

DEBUG = False
SECRET_KEY = secret("django", DATA_DIR / "secrets")
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", "[::1]"] if SITE_HOST == "localhost" else [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [ALVEOLE_URL]
SIGN_IN_ORIGINS: list[str] = []  # where the sign-in page may send a person: the configured identity providers

INSTALLED_APPS = [
    # It brings Twisted (1.4 s, 50 MB) for `runserver` alone.
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "journal",
    "accounts",
    "spheres",
    "spheres.organisations",
    "spheres.invitations",
    "spheres.guests",
    "spheres.charters",
    "spheres.groups",
    "spheres.reports",
    "files",
    "threads",
    "messaging",
    # Asked last whether it shows a file: most pictures are in messages.
    "files.portraits",
    "sync",
    "alveole",
    "alveole.hosting",
    "alveole.backup",
    "alveole.operators.apps.AdministrationConfig",
    "alveole.operators",
    "alveole.notices",
]

# Every middleware runs in the request's one worker thread (alveole/asgi.py); the order is the meaning:
# a command's identity and receipt are looked up before the sphere is opened, so that someone since removed
# gets the stored answer and not a 404.
MIDDLEWARE = [
    "alveole.hosting.sight.SightMiddleware",
    "alveole.edge.EdgeMiddleware",
    "alveole.packing.PackingMiddleware",
    "alveole.assets.AssetsMiddleware",
    "accounts.middleware.LastingSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "alveole.limits.LimitsMiddleware",
    "sync.middleware.CommandMiddleware",
    "spheres.middleware.SphereMiddleware",
]

ROOT_URLCONF = "alveole.urls"
ASGI_APPLICATION = "alveole.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "spheres.context.shell",
                "accounts.ways.context",
                "alveole.hosting.context.operator",
                "alveole.notices.context.notices",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": VALKEY_URL},
    # Rendered rows: each process keeps its own; a row's number is its version, so nothing is ever stale.
    "rows": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "rows",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}

# Name of a periodic task → {"task": dotted name, "schedule": seconds or crontab}; see Celery's beat.
BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "forget ended sessions": {"task": "alveole.tasks.forget_ended_sessions", "schedule": 24 * 3600.0},
    "tell that the worker lives": {"task": "alveole.hosting.tasks.tell_that_the_worker_lives", "schedule": 60.0},
    "end expired invitations": {"task": "spheres.invitations.tasks.end_expired", "schedule": 900.0},
    "send what waits": {"task": "spheres.invitations.tasks.send_what_waits", "schedule": 300.0},
    "forget what is past": {"task": "journal.tasks.forget_what_is_past", "schedule": 24 * 3600.0},
    "bring everybody in": {"task": "spheres.organisations.tasks.bring_everybody_in", "schedule": 600.0},
    "remove the posts of people who left": {"task": "spheres.tasks.remove_posts", "schedule": 600.0},
    "erase deleted spheres": {"task": "spheres.tasks.erase_deleted_spheres", "schedule": 3600.0},
    "prepare the files that wait": {"task": "files.tasks.prepare_what_waits", "schedule": 60.0},
    "forget files": {"task": "files.tasks.forget_files", "schedule": 6 * 3600.0},
    "forget sign-in links": {"task": "accounts.tasks.forget_links", "schedule": 24 * 3600.0},
    "forget the addresses of letters": {"task": "spheres.invitations.tasks.forget_letters", "schedule": 24 * 3600.0},
    "forget what operators did": {"task": "alveole.operators.tasks.forget_log", "schedule": 24 * 3600.0},
    # While few write; the fourth hour of the night is the backup's.
    "check the seals": {
        "task": "spheres.reports.tasks.check_seals",
        "schedule": crontab(hour="1,2,4,5", minute="*/10"),
    },
    "back up and prove it": {"task": "alveole.backup.tasks.back_up", "schedule": crontab(hour="3", minute="17")},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.entering.Backend"]
SESSION_ENGINE = "accounts.entering"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "spheres:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = False  # one table of limits: alveole/limits.py
MFA_ADAPTER = "accounts.second_factor.SecondFactor"
MFA_TOTP_TOLERANCE = 1  # telephones' clocks, and slow thumbs: half a minute on either side
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.FirstCodeForm",
}

SESSION_COOKIE_AGE = 400 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_AGE = SESSION_COOKIE_AGE
CSRF_FAILURE_VIEW = "sync.views.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]  # alveole/edge.py sets these headers itself

LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [
    BASE_DIR / app / "locale" for app in ("accounts", "spheres", "files", "threads", "messaging", "sync", "alveole")
]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BUILD_DIR / "collected"
# Scripts and styles as bundled; their sources are not served.
STATICFILES_DIRS = [("img", BASE_DIR / "static" / "img"), BUILD_DIR / "static"]
STORAGES = {
    "default": FILES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
APP_VERSION = app_version(STATIC_ROOT)
VERSION = "0.1.0"
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
LARGEST_FORM_WITH_FILES = 32 * 1024 * 1024  # of browsers without script; a device sends files in parts
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "alveole.logs.PlainFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "alveole.logs.JsonFormatter"},
    },
    "filters": {"by route": {"()": "alveole.logs.ByRoute"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORM, "filters": ["by route"]}},
    "loggers": {
        # What a browser does wrong is its own business.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "alveole.requests": {"level": "INFO" if LOG_FORM == "json" else "WARNING"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
