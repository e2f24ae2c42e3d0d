"""Settings of the demo: one machine, SQLite, mail in a folder, shown at /demo/mail/. Refuses to run without DEMO=1."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from .base import *

if not env.bool("DEMO", default=False):
    raise ImproperlyConfigured("config.settings.demo runs only with DEMO=1 in the environment.")

DEMO = True
# The accounts have published passwords, so that anyone can look around; with 1 the staff among them must set one up first.
STAFF_SECOND_FACTOR = env.bool("DEMO_SECOND_FACTOR", default=False)
CREDENTIAL_ISSUER = "Puente, demonstration"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"


def _secret() -> str:
    """Return a secret made once for this folder, so that sessions survive a restart."""
    path = VAR_DIR / "demo-secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(get_random_secret_key())
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = _secret()
