"""Settings that every way to run the site shares. What differs between machines comes from the environment."""

from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf import global_settings

from config.institutions import apps_of, origins_of, read_institutions
from foundation import languages

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

# What the demo and development keep on disk: database, uploads, mail.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = False
DEMO = False
# What would harm a real site asks before it runs on one.
PRODUCTION = False
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
WAGTAILADMIN_BASE_URL = SITE_URL

# The floors from the roof down: what higher ones declare about people is erased first (accounts.privacy).
INSTALLED_APPS = [
    "administration",
    "credentials",
    "learning",
    "courses",
    "knowledge",
    "editorial",
    "core",
    "accounts",
    "foundation",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "administration.user_pages.apps.UsersConfig",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "ninja",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

# No middleware may read the session or the user on its own: an open page is the same bytes for everyone (docs/README.md, idea 1).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PolicyMiddleware",
    "core.middleware.CharsetMiddleware",
    "core.middleware.VersionMiddleware",
    "core.middleware.ArgumentMiddleware",
    "editorial.middleware.AdminRequestMiddleware",
    "accounts.sessions.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.middleware.CsrfMiddleware",
    "accounts.sessions.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PrivateResponseMiddleware",
    "accounts.admin_second_factor.StaffSecondFactorMiddleware",
    "core.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site_frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'puente.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # BEGIN IMMEDIATE is SQLite's only row lock: select_for_update does nothing there.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql" and env.bool("DATABASE_PREPARE", default=True):
        # Only for what asks for it (foundation.statements). Not behind a pooler that gives each transaction another connection.
        DATABASES["default"]["OPTIONS"] = {"prepare_threshold": 5, **DATABASES["default"].get("OPTIONS", {})}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# A PostgreSQL that follows the first one, for reports only (foundation.replica). Refuses writes even where it is no standby.
if replica_url := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url_config(replica_url) | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    if DATABASES["replica"]["ENGINE"] == "django.db.backends.postgresql":
        # Beside what the address says, as sslmode.
        given = DATABASES["replica"].get("OPTIONS", {})
        read_only = f"{given.get('options', '')} -c default_transaction_read_only=on".strip()
        DATABASES["replica"]["OPTIONS"] = {"connect_timeout": 2, **given, "options": read_only}
DATABASE_ROUTERS = ["foundation.replica.ReplicaRouter"]
# How long a migration waits for a table, in seconds, before it lets everyone else go first; and how often it tries.
MIGRATION_LOCK_TIMEOUT = env.float("MIGRATION_LOCK_TIMEOUT", default=5.0)
MIGRATION_LOCK_TRIES = 5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
CACHES["default"].setdefault("OPTIONS", {})
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    # Learning goes on while Redis is away.
    CACHES["default"]["BACKEND"] = "config.cache.SteadyRedisCache"
# Django keeps 300 entries and then throws a third of them away: too few for the pages of one site. Redis and memcached keep
# their own measure, and do not take this option.
if CACHES["default"]["BACKEND"].rpartition(".")[2] in {"LocMemCache", "DatabaseCache", "FileBasedCache"}:
    CACHES["default"]["OPTIONS"].setdefault("MAX_ENTRIES", 5000)
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Languages are equal; the first one is the tree that others are translated from.
LANGUAGE_CODE = languages.first_language().code
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = languages.choices()
LANGUAGES_BIDI = [*global_settings.LANGUAGES_BIDI, *(each.code for each in languages.LANGUAGES if each.direction == "rtl")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = WAGTAIL_I18N_ENABLED = True
USE_TZ = True
# In which days of the calendar are counted, and times of day are shown: certificates, the record, runs of courses.
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LANGUAGE_COOKIE_NAME = "puente_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": env.str("STORAGE_BACKEND", default="django.core.files.storage.FileSystemStorage")},
    "staticfiles": {"BACKEND": "config.storage.ModuleManifestStorage"},
}

AUTH_USER_MODEL = "accounts.User"
# For rights and sessions. Passwords are checked by AccountAdapter.authenticate, once: each of these would hash a wrong one again.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "learning:index"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"

# One door (allauth): a code by e-mail, a password only for those who want one, nothing said about which addresses have accounts.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Puente: "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
# Every kind of code alike, so that nothing can be read from how a code behaves: eight digits (a telephone's number keys
# are enough), a quarter of an hour, five tries, three times sent again.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
CODE_SECONDS = 15 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
# Longer than a code that is sent again and again: an expired code is explained, not forgotten.
ACCOUNT_LOGIN_TIMEOUT = 6 * CODE_SECONDS
# How long a sign-in counts as recent for what can't be undone, and how much longer a form that is already open may be sent.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
REAUTHENTICATION_GRACE = 15 * 60
# Per address of the network ("ip") they are wide: a training room shares one. What the other keys are, and why, says accounts.rate_limits.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "signup": "120/m/ip",
    # A browser that the account does not know: address and network together.
    "send_code": "60/m/ip,5/5m/key",
    "try": "60/m/ip,5/5m/key",
    # One that it knows.
    "send_code_known": "5/5m/key",
    "try_known": "10/5m/key",
    # Somebody who is signed in, and shows who they are.
    "identity_code": "5/5m/key",
    "identity": "10/5m/key",
    "verify_code": "120/m/ip",
    # Each asks a server of an institution several times.
    "institution": "600/m/ip",
    # A code of an app or of the list, after the first step was right.
    "second_factor": "120/m/ip,5/5m/key",
    "second_factor_link": "120/m/ip,5/5m/key",
    "second_factor_known": "120/m/ip,5/5m/key",
    "second_factor_signed_in": "120/m/ip,5/5m/key",
    "login_failed": None,  # "try" stands in its place
    "confirm_email": None,  # "send_code" stands before it, and is the same for people with and without an account
}
# How often in a day, counted in the database (accounts/try_counts.py). "send_code" and "try" count all browsers that an account does not
# know together. A code of the second factor has six digits, and a thousand tries must take a month: so strangers, with the mailbox or
# without, have 30 a day between them; a browser in which somebody has signed in, and whoever is signed in, as many of their own.
ACCOUNT_DAY_LIMITS = {
    "send_code": 20,
    "send_code_known": 50,
    "try": 50,
    "try_known": 100,
    "second_factor": 20,
    "second_factor_link": 10,
    "second_factor_known": 30,
    "second_factor_signed_in": 30,
}
# A second factor: everyone may set one up, and whoever may enter the admin must (docs/second-factor.md). `accounts` asks
# itself for a recent sign-in before one is changed: allauth knows only passwords.
STAFF_SECOND_FACTOR = True
# For how long a showing of it opens the admin; and what reaches outside: issuing, revoking and replacing certificates, exports.
STAFF_FACTOR_HOURS = 12
STAFF_ACT_FACTOR_HOURS = 1
MFA_ADAPTER = "accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_REAUTHENTICATION_REQUIRED = False
MFA_TOTP_PERIOD = 30
# Telephones' clocks differ: the code before and the one after count, too. Each serves once.
MFA_TOTP_TOLERANCE = 1
# Institutions whose people come in by the institution's own sign-in; none unless named (docs/decisions/0040).
INSTITUTIONS = read_institutions(env.str("INSTITUTIONS", default=""))
SOCIALACCOUNT_ADAPTER = "accounts.institution_adapter.InstitutionAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "SCOPE": ["openid", "email"], "APPS": apps_of(INSTITUTIONS)}}
SOCIALACCOUNT_STORE_TOKENS = SOCIALACCOUNT_LOGIN_ON_GET = SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
# Behind a reverse proxy: how many there are, so that limits see the visitor's own address and not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAILADMIN_LOGIN_URL = "/accounts/login/"
# One door: addresses and passwords are changed by their owner, below /accounts/, and nowhere in the admin.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Puente <puente@localhost>")

# To whom security.txt sends whoever has found a vulnerability: an address of mail, or of a page that says how.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Who stands behind a certificate, as printed on it.
CREDENTIAL_ISSUER = env.str("CREDENTIAL_ISSUER", default="Puente")
CREDENTIAL_ADMIN_EMAILS = env.list("CREDENTIAL_ADMIN_EMAILS", default=[])

WAGTAIL_SITE_NAME = "Puente"
# A translation begins as a draft, however live its source is.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAILIMAGES_IMAGE_MODEL = "core.SiteImage"
WAGTAILDOCS_DOCUMENT_MODEL = "core.SiteDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "pdf", "pptx", "txt", "xlsx", "zip"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_IMAGE_FORM_BASE = "core.upload_forms.ImageForm"
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "404.html"
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# The public site runs nothing inline and calls nobody else. Wagtail's admin still emits inline scripts: relaxed there only.
CSP_STRICT = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "media-src": [SELF],
    "manifest-src": [SELF],
    # Browsers look at where a form is led on to, too.
    "form-action": [SELF, *origins_of(INSTITUTIONS)],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
CSP_ADMIN = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "media-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": CSP_STRICT}
# What of a device a page may ask for: what the site uses, for itself; of the rest nothing, also for what a page might embed.
PERMISSIONS_POLICY = (
    "clipboard-write=(self), fullscreen=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), "
    "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Changes with each release: cached pages and ETags of the old one are never answered by the new one.
RELEASE = env.str("RELEASE", default="0.1.0")

# What goes wrong is said on the console, tracebacks of 500s too; what goes right (each task, each page not found) is not.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
