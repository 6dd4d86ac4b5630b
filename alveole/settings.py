"""Settings from the environment, with safe embedded defaults.

`ALVEOLE_URL` alone decides hosts, origins, cookies and links; `ALVEOLE_DATA` is the folder of everything
that lives; `ALVEOLE_DATABASE_URL` and `ALVEOLE_REDIS_URL` move the two stores out of it.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from alveole import databases, valkey
from alveole.addresses import as_origin
from alveole.build import app_version
from alveole.secrets import secret

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("ALVEOLE_DATA", BASE_DIR / "data")).resolve()
BUILD_DIR = BASE_DIR / "build"
PORT = int(os.environ.get("PORT", "8000"))
ALVEOLE_URL = as_origin(os.environ.get("ALVEOLE_URL") or f"http://localhost:{PORT}")

_url = urlsplit(ALVEOLE_URL)
IS_HTTPS = _url.scheme == "https"
SITE_HOST = _url.hostname or "localhost"

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
    "journal",
    "accounts",
    "spheres",
    "messaging",
    "sync",
    "alveole",
]

# Every middleware runs in the request's one worker thread (alveole/asgi.py); the order is the meaning:
# a command's identity and receipt are looked up before the sphere is opened, so that someone since removed
# gets the stored answer and not a 404.
MIDDLEWARE = [
    "alveole.edge.EdgeMiddleware",
    "alveole.packing.PackingMiddleware",
    "alveole.assets.AssetsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
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
            ],
        },
    }
]

DATABASES = {"default": databases.from_url(os.environ.get("ALVEOLE_DATABASE_URL", ""), DATA_DIR / "alveole.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

IS_VALKEY_EXTERNAL = bool(os.environ.get("ALVEOLE_REDIS_URL"))
VALKEY_URL = os.environ.get("ALVEOLE_REDIS_URL") or valkey.url(DATA_DIR)
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
    "forget what is past": {"task": "journal.tasks.forget_what_is_past", "schedule": 24 * 3600.0},
}

# alveole/limits.py holds the table; "off" is for benchmarks, which are one person asking for a thousand.
ALVEOLE_LIMITS = os.environ.get("ALVEOLE_LIMITS", "on") != "off"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
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

LANGUAGE_CODE = os.environ.get("ALVEOLE_LANGUAGE", "fr")
LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / app / "locale" for app in ("accounts", "spheres", "messaging", "sync")]
TIME_ZONE = os.environ.get("ALVEOLE_TIME_ZONE", "Europe/Paris")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BUILD_DIR / "collected"
# Scripts and styles as bundled; their sources are not served.
STATICFILES_DIRS = [("img", BASE_DIR / "static" / "img"), BUILD_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
APP_VERSION = app_version(STATIC_ROOT)
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

EMAIL_BACKEND = os.environ.get("ALVEOLE_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = os.environ.get("ALVEOLE_FROM", f"Alvéole <alveole@{SITE_HOST}>")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # What a browser does wrong is its own business, and these would write down addresses that hold sign-in tokens.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
