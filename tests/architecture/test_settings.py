"""Production refuses to start without secret, hosts or shared cache, or as a demo; the demo refuses to start unless asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from config.cache import SteadyRedisCache

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {"SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "puente.example", "SITE_URL": "https://puente.example"}
FORGOTTEN = (
    *("DEMO", "DEMO_SECOND_FACTOR", "STAFF_SECOND_FACTOR", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "ALLOWED_HOSTS"),
    *("DJANGO_SETTINGS_MODULE", "SITE_URL", "CACHE_URL", "WEB_CONCURRENCY"),
)


def load(settings: str, environment: dict[str, str], expression: str = "'loaded'") -> subprocess.CompletedProcess[str]:
    """Import a settings module in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    program = f"import {settings} as settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=False
    )


def test_production_starts_with_what_it_needs() -> None:
    answer = load(
        "config.settings.production", GOOD, "settings.DEBUG, settings.DEMO, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE"
    )
    assert answer.stdout.strip() == "False False True True", answer.stderr


def test_over_tls_no_neighbouring_host_can_set_the_cookies_of_a_session() -> None:
    """A browser takes a name with this prefix only with Secure, the path / and no domain; the last two are Django's own defaults."""
    names = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE"
    answer = load("config.settings.production", GOOD, names)
    assert answer.stdout.strip() == "__Host-sessionid __Host-csrftoken True", answer.stderr
    for name in ("SESSION", "CSRF"):
        assert (getattr(django_settings, f"{name}_COOKIE_PATH"), getattr(django_settings, f"{name}_COOKIE_DOMAIN")) == ("/", None)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "puente.example,*"}, "ALLOWED_HOSTS"),
        ({"DEMO": "1"}, "DEMO"),
        ({"DEMO": "true"}, "DEMO"),
        ({"STAFF_SECOND_FACTOR": "0"}, "STAFF_SECOND_FACTOR"),
        ({"WEB_CONCURRENCY": "2"}, "CACHE_URL"),
        ({"WEB_CONCURRENCY": "2", "CACHE_URL": "locmemcache://puente"}, "CACHE_URL"),
    ],
    ids=str,
)
def test_production_refuses(change: dict[str, str], word: str) -> None:
    answer = load("config.settings.production", {**GOOD, **change})
    assert answer.returncode != 0
    assert "ImproperlyConfigured" in answer.stderr
    assert word in answer.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "environment",
    [
        {"WEB_CONCURRENCY": "1"},
        {"WEB_CONCURRENCY": "4", "CACHE_URL": "dbcache://puente_cache"},
        {"WEB_CONCURRENCY": "4", "CACHE_URL": "redis://127.0.0.1:6379/0"},
    ],
    ids=str,
)
def test_processes_that_share_a_cache_may_be_several(environment: dict[str, str]) -> None:
    answer = load("config.settings.production", {**GOOD, **environment})
    assert answer.stdout.strip() == "loaded", answer.stderr


def test_former_secrets_stay_readable() -> None:
    answer = load("config.settings.production", {**GOOD, "SECRET_KEY_FALLBACKS": "former,older"}, "settings.SECRET_KEY_FALLBACKS")
    assert answer.stdout.strip() == "['former', 'older']", answer.stderr


def test_production_falls_back_to_no_secret() -> None:
    """A secret in the code is everybody's: the only ones are those of tests and development, and they say so."""
    for name in ("base", "production"):
        assert 'SECRET_KEY = "' not in (ROOT / "config" / "settings" / f"{name}.py").read_text()
    for name in ("test", "development"):
        assert "never-a-secret" in (ROOT / "config" / "settings" / f"{name}.py").read_text()


@pytest.mark.parametrize(
    ("cache", "options"),
    [
        ("locmemcache://", "{'MAX_ENTRIES': 5000}"),
        ("dbcache://puente_cache", "{'MAX_ENTRIES': 5000}"),
        ("filecache:///tmp/puente-cache", "{'MAX_ENTRIES': 5000}"),
        ("dbcache://puente_cache?max_entries=70", "{'MAX_ENTRIES': 70}"),
        ("redis://127.0.0.1:6379/1", "{}"),
    ],
)
def test_every_cache_keeps_enough_pages(cache: str, options: str) -> None:
    answer = load("config.settings.production", {**GOOD, "CACHE_URL": cache}, "settings.CACHES['default']['OPTIONS']")
    assert answer.stdout.strip() == options, answer.stderr


def test_redis_can_be_the_cache() -> None:
    """Its client is installed, and takes the options as they are; there need be no server for that."""
    program = "settings.CACHES['default']['BACKEND']"
    answer = load("config.settings.production", {**GOOD, "CACHE_URL": "redis://127.0.0.1:6379/1"}, program)
    assert answer.stdout.strip() == "config.cache.SteadyRedisCache", answer.stderr
    backend = SteadyRedisCache("redis://127.0.0.1:6379/1", {"OPTIONS": {}})
    assert backend._cache.get_client("key", write=True)


def test_the_demo_refuses_unless_asked() -> None:
    answer = load("config.settings.demo", {})
    assert answer.returncode != 0
    assert "DEMO=1" in answer.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "environment", "asked"),
    [
        ("production", GOOD, True),
        ("production", {**GOOD, "DEMO_SECOND_FACTOR": "0"}, True),
        ("demo", {"DEMO": "1"}, False),
        ("demo", {"DEMO": "1", "DEMO_SECOND_FACTOR": "1"}, True),
    ],
)
def test_who_must_have_a_second_factor(tmp_path: Path, name: str, environment: dict[str, str], asked: bool) -> None:
    answer = load(f"config.settings.{name}", {**environment, "VAR_DIR": str(tmp_path)}, "settings.STAFF_SECOND_FACTOR")
    assert answer.stdout.strip() == str(asked), answer.stderr


def test_demo_addresses_exist_only_in_the_demo(tmp_path: Path) -> None:
    program = "import django; django.setup(); from django.urls import reverse; print(reverse('styleguide'))"
    for settings, exists in (("demo", True), ("production", False)):
        environment = {**os.environ, **GOOD, "DJANGO_SETTINGS_MODULE": f"config.settings.{settings}", "VAR_DIR": str(tmp_path)}
        environment["DEMO"] = "1" if exists else "0"
        answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (answer.returncode == 0) is exists, answer.stderr


UNI = '[{"id": "uni", "name": "Uni", "server_url": "https://uni.example", "client_id": "c", "secret": "s"}]'


def test_institutions_come_from_the_environment_and_forms_may_lead_to_them() -> None:
    seen = "settings.CSP_STRICT['form-action'], [app['provider_id'] for app in settings.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS']]"
    answer = load("config.settings.production", {**GOOD, "INSTITUTIONS": UNI}, seen)
    assert answer.stdout.strip() == """["'self'", 'https://uni.example'] ['uni']""", answer.stderr
    answer = load("config.settings.production", {**GOOD, "INSTITUTIONS": UNI.replace("https", "http")})
    assert "ImproperlyConfigured: INSTITUTIONS, uni" in answer.stderr.splitlines()[-1]


def test_the_replica_keeps_what_its_address_asks_for_and_is_only_read() -> None:
    url = "postgres://puente:secret@replica.example/puente?sslmode=verify-full&options=-c%20statement_timeout%3D9000"
    answer = load("config.settings.production", GOOD | {"DATABASE_REPLICA_URL": url}, "settings.DATABASES['replica']['OPTIONS']")
    assert "'sslmode': 'verify-full'" in answer.stdout, answer.stderr
    assert "statement_timeout=9000 -c default_transaction_read_only=on" in answer.stdout
