"""Settings for working on the code: `make dev`."""

from .base import *

DEBUG = True
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)
SECRET_KEY = "development-only-never-a-secret"
ALLOWED_HOSTS = ["*"]
INTERNAL_IPS = ["127.0.0.1"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
