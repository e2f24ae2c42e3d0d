"""Settings of the bare Wagtail project: one page type, the middleware of `wagtail start`, and Wagtail's own view of pages."""

from benchmarks.bench.database import databases

from .hello_settings import ALLOWED_HOSTS, MIDDLEWARE, SECRET_KEY, USE_TZ  # noqa: F401 - the same in both projects

DEBUG = False
ROOT_URLCONF = "benchmarks.bench.floors.wagtail_urls"
INSTALLED_APPS = [
    "benchmarks.bench.floors.bare",
    "wagtail.users",
    "wagtail.images",
    "wagtail.documents",
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
INSTALLED_APPS.insert(1, "wagtail.contrib.redirects")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth"],
        },
    },
]
DATABASES = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
WAGTAIL_SITE_NAME = "Bare"
WAGTAILADMIN_BASE_URL = "https://puente.example"
