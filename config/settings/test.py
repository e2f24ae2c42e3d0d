"""Settings of the test suite: fast hashing, mail in memory, tasks that run when their transaction commits."""

from .base import *

SECRET_KEY = "test-only-never-a-secret-0123456789"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default"]}}
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]
ACCOUNT_DAY_LIMITS = {}
# Switched on where it is the subject (tests/accounts/test_second_factor.py, test_admin_second_factor.py); elsewhere a session is enough.
STAFF_SECOND_FACTOR = False
