"""Settings of the bare Django project: the middleware of `startproject`, its session and its user, and three views."""

from benchmarks.bench.database import databases

DEBUG = False
SECRET_KEY = "a-bare-project-of-the-benchmark-never-a-secret"
ALLOWED_HOSTS = ["puente.example"]
ROOT_URLCONF = "benchmarks.bench.floors.hello"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = databases()
USE_TZ = True
