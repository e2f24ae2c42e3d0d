"""The institution, and the browser that goes there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import InstitutionCase, InstitutionIdentity
from tests.accounts.door import member
from tests.accounts.institutions.institution import (
    OTHER_SUB,
    SUB,
    Commits,
    Provider,
    browser,
    configure,
    join,
    joined,
    page_of,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=lambda: provider.server.serve_forever(0.05), daemon=True)
    thread.start()
    yield provider
    provider.server.shutdown()


@pytest.fixture
def provider(server: Provider, settings: Any) -> Provider:
    """One institution that is configured, and answers as it should."""
    server.instead.clear()
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 30  # this machine may be busy
    configure(settings, server.url)
    server.says(SUB)
    return server


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Commits:
    return lambda: django_capture_on_commit_callbacks(execute=True)  # type: ignore[no-any-return]


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture
def case(provider: Provider) -> InstitutionCase:
    """Ana's account is joined; somebody with another subject has her address, and reads her mail."""
    joined(member(language="en"), OTHER_SUB, provider.url)
    answer = join(browser())
    assert answer.status_code == 409
    assert "Our support decides which one is yours" in page_of(answer)
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB
    return InstitutionCase.objects.get()
