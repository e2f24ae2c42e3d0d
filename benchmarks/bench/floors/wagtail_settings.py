"""Settings of the bare Wagtail project: one page type, apps and middleware of `wagtail start`, Wagtail's view of pages, and its admin."""

from benchmarks.bench.database import databases

from .hello_settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, USE_TZ  # noqa: F401 - the same in both projects

DEBUG = False
ROOT_URLCONF = "benchmarks.bench.floors.wagtail_urls"
INSTALLED_APPS = [
    "benchmarks.bench.floors.bare",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [*MIDDLEWARE, "wagtail.contrib.redirects.middleware.RedirectMiddleware"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
CSRF_TRUSTED_ORIGINS = ["https://puente.example"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
WAGTAIL_SITE_NAME = "Bare"
WAGTAILADMIN_BASE_URL = "https://puente.example"
