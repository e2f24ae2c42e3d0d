"""The title of a page says what the page is, and no two pages of a language have the same."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from core.seeding import demo_key
from courses.demo import FOUNDATIONS
from learning.services.enrol import enrol
from tests.architecture.audience import BY_NAME, Audience
from tests.journeys.seeded import seed_demo_content
from tests.learning.sending import look_through, seen_in

pytestmark = pytest.mark.django_db
LEARNER = "learner@example.org"


@pytest.fixture(scope="module", autouse=True)
def demo(rows_of_module: None) -> None:
    seed_demo_content()


def titles(client: Client, addresses: list[str]) -> dict[str, list[str]]:
    """The addresses of pages by their title; what answers no page is left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        answer = client.get(address)
        if answer.status_code in {200, 404, 409} and answer["Content-Type"].startswith("text/html"):
            (title,) = re.findall(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
            found[" ".join(title.split())].append(address)
    return found


def public_addresses(client: Client, language: str) -> list[str]:
    """What the sitemap names in a language, and the lists of works by author, topic and country that those pages link."""
    site = client.get("/sitemap.xml").content.decode()
    pages = [found for found in re.findall(r"<loc>http://[^/]+(/[^<]*)</loc>", site) if found.startswith(f"/{language}/")]
    linked = {
        found
        for page in pages
        for found in re.findall(rf'href="(/{language}/knowledge/(?:authors|topics|countries)/[^"?#]+)"', client.get(page).content.decode())
    }
    return [*pages, *sorted(linked), f"/{language}/search/", f"/{language}/nothing-here/"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_public_pages_have_titles_of_their_own(client: Client, language: str) -> None:
    addresses = public_addresses(client, language)
    assert len(addresses) > 50
    found = titles(client, addresses)
    assert [title for title in found if re.fullmatch(r"(Puente)?\s*·\s*Puente", title)] == []
    assert {title: named for title, named in found.items() if len(named) > 1} == {}


@pytest.mark.parametrize("language", ["es", "en"])
def test_pages_of_a_person_have_titles_of_their_own(client: Client, language: str) -> None:
    learner = User.objects.create_user(LEARNER, language=language)
    key = demo_key("course", FOUNDATIONS)
    enrolment = enrol(learner=learner, course_key=key, language=language)
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    record = f"/{language}/learning/{key}/"
    steps = [f"{record}steps/{step.key}/" for step in enrolment.outline.document.steps]
    assessment = next(step for step in enrolment.outline.document.steps if step.rule)
    paper = client.post(f"{record}steps/{assessment.key}/", {"action": "start"})["Location"]
    other = next(step for step in enrolment.outline.document.steps if step.rule and step != assessment)
    sent = client.post(f"{record}steps/{other.key}/", {"action": "start"})["Location"]
    client.post(f"{sent}send/", {"seen": seen_in(look_through(client, sent, {}))})
    addresses = [f"/{language}/learning/", record, *steps, paper, f"{paper}send/", sent, *public_addresses(client, language)]
    found = titles(client, addresses)
    assert {title: named for title, named in found.items() if len(named) > 1} == {}


def test_pages_of_the_account_have_titles_of_their_own(client: Client) -> None:
    names = [name for name, audience in BY_NAME.items() if audience in {Audience.PRIVATE, Audience.DOOR}]
    addresses = []
    for name in names:
        try:
            addresses.append(reverse(name))
        except NoReverseMatch:  # it takes an argument
            continue
    assert len(addresses) > 20
    stranger = titles(client, addresses)
    client.force_login(User.objects.create_user(LEARNER), backend="django.contrib.auth.backends.ModelBackend")
    for found in (stranger, titles(client, addresses)):
        assert {title: named for title, named in found.items() if len(named) > 1} == {}
