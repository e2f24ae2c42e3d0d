"""A site that speaks one language more, walked through by pytest: in a copy of the tree that has the language (test_fifth_language.py).

Its words are the English ones in brackets, it is written from right to left, and its nearest relative is Portuguese.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.core.management import call_command
from django.template.loader import get_template
from django.test import Client

from accounts.roles import AUTHOR, ROLES, SITE_ADMINISTRATOR
from core import countries
from core.models import HomePage
from courses.models import CoursePage
from credentials.certificate import words_v1 as certificate_words
from credentials.models import Credential
from editorial.guides import path_of
from editorial.models import ReviewTask
from foundation.languages import LANGUAGES, nearest
from knowledge.edition import words_v1 as edition_words
from knowledge.models import PublicationPage
from tests.accounts.door import ask, member
from tests.accounts.staff import colleague
from tests.credentials.test_certificate import language_of, one_line
from tests.factories import finish_course, lessons_of, make_course, translate_course
from tests.foundation.language_files import missing
from tests.knowledge import corpus
from tests.knowledge.bodies import chart, text
from tests.knowledge.editions import words

pytestmark = pytest.mark.django_db
CODE = "xx"


@pytest.fixture
def course(db: None) -> CoursePage:
    """A course of the first language that is translated into the fifth."""
    return translate_course(make_course(lessons=1, assessments=1), CODE)


@pytest.fixture
def work(db: None, django_capture_on_commit_callbacks: Any) -> PublicationPage:
    """A work of the first language that is translated into the fifth, with its PDF made."""
    with django_capture_on_commit_callbacks(execute=True):
        spanish = corpus.publish(corpus.library_in("es"), title="Obra", slug="obra", topic="finance", countries=["PE"])
        body = [chart(), text('<p>A "word" in it.</p>')]
        return corpus.translate(spanish, CODE, title="Work (xx)", abstract="Why (xx).", body=body_of(body))


def body_of(blocks: list[dict[str, Any]]) -> Any:
    field = PublicationPage._meta.get_field("body")
    return field.to_python(blocks)  # type: ignore[union-attr]


def html_of(client: Client, address: str) -> str:
    """A page of the fifth language: it says so, and speaks it."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    html = answer.content.decode()
    assert f'<html lang="{CODE}" dir="rtl"' in html, address
    assert answer["Content-Language"] == CODE, address
    assert "‹" in html, f"{address} has no word of the catalogue"
    return html


def test_it_lacks_nothing_and_no_table_of_the_database_changes() -> None:
    assert missing(LANGUAGES[CODE]) == []
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_the_bare_site_has_its_home_its_sections_and_its_plain_pages(client: Client) -> None:
    call_command("setup_site", verbosity=0, stdout=StringIO())
    call_command("setup_site", verbosity=0, stdout=StringIO())
    home = HomePage.objects.get(locale__language_code=CODE)
    assert home.title.startswith("‹")
    html = html_of(client, f"/{CODE}/")
    assert home.lead in html
    links = set(re.findall(rf'href="(/{CODE}/[^"#?]*)"', html))
    assert {f"/{CODE}/{slug}/" for slug in ("courses", "knowledge", "about", "help", "privacy", "accessibility")} <= links
    for link in sorted(links):
        answer = client.get(link)
        assert answer.status_code in {200, 302}, link
    for other in ("es", "pt", "fr", "en"):
        assert f'hreflang="{CODE}"' in client.get(f"/{other}/").content.decode()


def test_courses_and_lessons_are_read(client: Client, course: CoursePage) -> None:
    lesson = lessons_of(course)[0]
    assert course.title in html_of(client, f"/{CODE}/courses/")
    assert lesson.title in html_of(client, course.url or "")
    html = html_of(client, lesson.url or "")
    assert course.title in html
    assert f'hreflang="{CODE}"' in html
    assert course.title in html_of(client, f"/{CODE}/search/?q=course")


def test_the_library_is_read_searched_cited_and_listed(client: Client, work: PublicationPage) -> None:
    assert work.title in html_of(client, f"/{CODE}/knowledge/")
    html = html_of(client, work.url or "")
    assert f'"inLanguage": "{CODE}"' in html.replace('":"', '": "')
    assert countries.country_name("PE", "pt") in html, "Babel has no names in it: those of a relative are shown"
    assert work.title in html_of(client, f"/{CODE}/search/?q=work")
    assert work.title in client.get(f"{work.url}cite.ris").content.decode()
    feed = client.get(f"/{CODE}/knowledge/feed.atom")
    assert feed.status_code == 200
    assert f'xml:lang="{CODE}"' in feed.content.decode()
    assert work.title in feed.content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()
    assert f"/{CODE}/knowledge/obra/" in sitemap


def test_an_edition_is_written_with_its_marks_and_its_relatives_words(client: Client, work: PublicationPage) -> None:
    answer = client.get(f"{work.url}edition.pdf")
    assert answer.status_code == 200
    said = words(b"".join(answer))
    assert work.title in said
    assert "„word“" in said
    near = nearest(CODE, edition_words.WORDS)
    assert near == "pt"
    assert edition_words.WORDS[near]["about"] in said


def test_a_certificate_is_printed_in_the_nearest_language_that_has_words(client: Client, course: CoursePage) -> None:
    enrolment = finish_course(CoursePage.objects.get(translation_key=course.translation_key, locale__language_code="es"))
    credential = Credential.objects.get(enrolment=enrolment)
    client.force_login(enrolment.learner)
    html = html_of(client, f"/credentials/{credential.pk}/?lang={CODE}")
    assert course.title in html
    answer = client.get(f"/credentials/{credential.pk}.pdf?lang={CODE}")
    assert answer.status_code == 200
    body = b"".join(answer)
    said = one_line(body)
    assert certificate_words.WORDS["pt"]["heading"].casefold() in said.casefold()
    assert course.title in said, "the title is the learner's own"
    assert language_of(pypdfium2.PdfDocument(body)) == "pt", "and the file says which language it speaks"


def test_people_sign_in_learn_and_get_mail(client: Client, course: CoursePage) -> None:
    html_of(client, f"/accounts/login/?lang={CODE}")
    person = member(language=CODE)
    ask(client, person.email, at=f"/accounts/login/?lang={CODE}")
    assert "‹" in mail.outbox[-1].subject + str(mail.outbox[-1].body)
    client.force_login(person)
    html_of(client, f"/{CODE}/learning/")
    joined = client.post(f"/{CODE}/learning/{course.key}/", {"printed_name": "Ñandú Pérez"})
    assert joined.status_code == 302
    assert course.title in html_of(client, f"/{CODE}/learning/")
    lesson = lessons_of(course)[0]
    html_of(client, f"/{CODE}/learning/{course.key}/steps/{lesson.key}/")
    assert client.get("/learning/api/state", headers={"accept-language": CODE}).status_code == 200


def test_staff_who_speak_it_work_in_the_nearest_language_of_the_admin(client: Client) -> None:
    call_command("setup_site", verbosity=0, stdout=StringIO())
    assert all(role.names[CODE].startswith("‹") for role in ROLES)
    assert ReviewTask.objects.get().name == "Revisión", "one name, in the first language"
    guide = path_of(AUTHOR.key, CODE)
    assert guide is not None
    assert guide.parent.name == "es"
    person = colleague(SITE_ADMINISTRATOR)
    person.language = CODE
    person.save()
    client.force_login(person)
    home = HomePage.objects.get(locale__language_code=CODE)
    for address in ("/admin/", f"/admin/pages/{home.pk}/", f"/admin/pages/{home.pk}/edit/", "/admin/locales/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert '<html lang="pt' in answer.content.decode(), address


def test_when_everything_fails_it_is_said_in_it_too() -> None:
    assert f'lang="{CODE}" dir="rtl"' in get_template("500.html").render()
