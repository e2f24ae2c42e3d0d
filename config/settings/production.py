"""Settings of a real site.

Refuses to start without a secret, without hosts, without a second factor for staff, with a cache that its processes do not
share, or as a demo.
"""

from django.core.exceptions import ImproperlyConfigured

from .base import *

PRODUCTION = True

if env.bool("DEMO", default=False):
    raise ImproperlyConfigured("DEMO=1 is not for production: demo accounts have published passwords. Unset DEMO.")

if not STAFF_SECOND_FACTOR or not env.bool("STAFF_SECOND_FACTOR", default=True):
    raise ImproperlyConfigured("Staff need a second factor: STAFF_SECOND_FACTOR can't be switched off in production.")

SECRET_KEY = env.str("SECRET_KEY", default="")
# After a change of SECRET_KEY: the former ones, separated by commas. Without them every second factor is lost.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("Set SECRET_KEY to a random text of 32 characters or more; there is no default.")

# The cache counts tries at the door, and which codes of an app have served.
if CACHES["default"]["BACKEND"].endswith(".LocMemCache") and env.int("WEB_CONCURRENCY", default=1) > 1:
    raise ImproperlyConfigured(
        "Set CACHE_URL to a cache that all processes share (redis://… or dbcache://…), or WEB_CONCURRENCY to 1: "
        "with one for each, limits of sign-in count for each process, and a code of an app serves once in each."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names this site answers to, separated by commas.")

CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
# A browser takes a cookie of such a name from this host alone, over TLS, for every path: no neighbouring host can set it.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# Subdomains and the browsers' preload list belong to whoever runs the domain, not to this site.
# W003 looks for the name of Django's own middleware against forgery: ours is a subclass of it.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]
