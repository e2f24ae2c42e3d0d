"""The administrators' lists: who may see them, what they find, and that no number of learners makes them large or slow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker
from wagtail.users.models import UserProfile

from accounts.models import User
from administration.lists.paginator import MOST
from administration.lists.search import folded
from courses.models import CoursePage
from credentials.models import Credential, CredentialHold
from learning.models import Enrolment
from learning.services.withdraw import withdraw
from tests.architecture.audience import Audience, addresses
from tests.architecture.test_audience import url_of
from tests.crowd import make_crowd
from tests.factories import assessment_of, enrol_in, finish_course, make_course, make_user, take_assessment, translate_course, wrong_answers

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LISTS = ("learners", "enrolments", "attempts", "certificates")
RIGHTS = {"learners": "view_enrolment", "enrolments": "view_enrolment", "attempts": "view_attempt", "certificates": "view_credential"}
EACH = pytest.mark.parametrize("name", LISTS)


def staff(*codenames: str, email: str = "staff@example.org") -> User:
    """A member of staff with these rights."""
    person = make_user(email)
    person.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return person


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(reading(User.objects.create_superuser("root@example.org"), "en"))
    return client


def reading(person: User, language: str) -> User:
    """Someone who has chosen this language for the admin."""
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": language})
    return person


def text_of(answer: Any) -> str:
    """What a person reads: without tags and runs of spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows(answer: Any) -> list[str]:
    """The rows of the list, as people read them."""
    body = re.search(r"<tbody>(.*?)</tbody>", answer.content.decode(), re.DOTALL)
    found = re.findall(r"<tr\b.*?</tr>", body[1], re.DOTALL) if body else []
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]


# Who may


@EACH
def test_each_list_needs_its_right(client: Client, name: str) -> None:
    make_course()
    client.force_login(staff(RIGHTS[name]))
    seen = {other: client.get(f"/admin/{other}/").status_code for other in LISTS}
    assert seen[name] == 200
    assert all((status == 200) == (RIGHTS[other] == RIGHTS[name]) for other, status in seen.items()), seen
    assert client.get(f"/admin/{name}/results/").status_code == 200


def test_without_rights_there_are_no_lists_and_no_menu(client: Client) -> None:
    client.force_login(staff())
    for address in [
        *(f"/admin/{name}/" for name in LISTS),
        "/admin/exports/",
        "/admin/learner-chooser/?q=a",
        "/admin/learner-chooser/chosen/1/",
    ]:
        assert client.get(address).status_code in (302, 403), address
    home = client.get("/admin/").content.decode()
    assert not any(f"/admin/{name}/" in home for name in LISTS)


def test_the_menu_shows_what_one_may_see(client: Client) -> None:
    client.force_login(staff("view_enrolment", "export_records"))
    home = client.get("/admin/").content.decode()
    assert [name for name in (*LISTS, "exports") if f"/admin/{name}/" in home] == ["learners", "enrolments", "exports"]


def test_links_lead_only_where_one_may_go(client: Client) -> None:
    enrolment = enrol_in(make_course())
    record = reverse("record_enrolments:record", args=[enrolment.pk])
    client.force_login(staff("view_enrolment"))
    answer = client.get("/admin/enrolments/").content.decode()
    assert enrolment.learner.email in answer
    assert record not in answer
    assert "/admin/exports/ask/" not in answer
    client.force_login(staff("view_enrolment", "open_record", "export_records", email="other@example.org"))
    answer = client.get("/admin/enrolments/").content.decode()
    assert record in answer
    assert "/admin/exports/ask/enrolments/" in answer


@EACH
def test_nothing_is_written_by_looking_and_nothing_kept(admin: Client, name: str) -> None:
    answer = admin.get(f"/admin/{name}/")
    assert "no-store" in answer["Cache-Control"]
    assert admin.post(f"/admin/{name}/").status_code == 405
    # Wagtail's own export would write the whole list into the answer.
    assert admin.get(f"/admin/{name}/?export=csv")["Content-Type"].startswith("text/html")


# What they show


def test_enrolments_say_who_what_and_how_far(admin: Client) -> None:
    course = make_course(lessons=3, assessments=1)
    finished = finish_course(course, make_user("done@example.org", printed_name="Ana Done"))
    enrol_in(course, make_user("new@example.org", printed_name="Ana New"))
    gone = enrol_in(course, make_user("gone@example.org"))
    withdraw(learner=gone.learner, course_key=course.key)
    said = rows(admin.get("/admin/enrolments/"))
    assert [row.split()[0] for row in said] == ["gone@example.org", "new@example.org", "done@example.org"]
    assert "withdrawn 0 0/4" in said[0]
    assert f"Ana New {course.title} taking part 0 0/4 Español" in said[1]
    assert "finished 100 4/4" in said[2]
    assert finished.completed_at is not None


def test_titles_are_in_the_administrators_language(admin: Client) -> None:
    course = make_course()
    translate_course(course, "en")
    take_assessment(enrol_in(course), assessment_of(course), {})
    assert f"{course.title} (en) " in rows(admin.get("/admin/enrolments/"))[0]
    assert f"{assessment_of(course).title} (en) " in rows(admin.get("/admin/attempts/"))[0]
    admin.force_login(reading(User.objects.create_superuser("raiz@example.org"), "es"))
    assert f"{course.title} " in rows(admin.get("/admin/enrolments/"))[0]
    assert "(en)" not in rows(admin.get("/admin/attempts/"))[0]


def test_a_course_whose_pages_are_gone_keeps_its_title(admin: Client) -> None:
    course = make_course()
    title, key = course.title, course.key
    finish_course(course)
    course.delete()
    for name in ("enrolments", "attempts", "certificates"):
        assert title in rows(admin.get(f"/admin/{name}/"))[0], name
        assert len(rows(admin.get(f"/admin/{name}/?course={key}"))) == 1, name


def test_attempts_show_results_and_no_paper(admin: Client) -> None:
    course = make_course(lessons=0, assessments=1)
    page = assessment_of(course)
    enrolment = enrol_in(course)
    take_assessment(enrolment, page, wrong_answers(page))
    answer = admin.get("/admin/attempts/")
    assert f"{course.title} {page.title} 1 0" in rows(answer)[0]
    assert "SECRET" not in answer.content.decode()
    assert len(rows(admin.get("/admin/attempts/?result=failed"))) == 1
    assert len(rows(admin.get("/admin/attempts/?result=passed"))) == 0
    assert len(rows(admin.get("/admin/attempts/?result=open"))) == 0


def test_certificates_say_whether_they_stand(admin: Client) -> None:
    course = make_course()
    for email in ("valid", "held", "revoked", "replaced"):
        finish_course(course, make_user(f"{email}@example.org"))
    of = {
        holder.learner.email.partition("@")[0]: holder
        for holder in (c.holder for c in Credential.objects.select_related("holder__learner"))
    }
    CredentialHold.objects.create(credential=of["held"].credential, missing="x")
    now = timezone.now()
    Credential.objects.filter(pk=of["revoked"].credential_id).update(revoked_at=now)
    Credential.objects.filter(pk=of["replaced"].credential_id).update(revoked_at=now, replaced_by=of["valid"].credential)
    for state, holder in of.items():
        found = rows(admin.get(f"/admin/certificates/?state={state}"))
        assert len(found) == 1, state
        assert holder.learner.email in found[0]
    assert len(rows(admin.get("/admin/certificates/?basis=earned"))) == 4
    assert len(rows(admin.get("/admin/certificates/?basis=override"))) == 0


def test_learners_are_counted_and_lead_to_their_enrolments(admin: Client) -> None:
    learner = make_user("ana@example.org", printed_name="Ana")
    finish_course(make_course(), learner)
    enrol_in(make_course(), learner)
    enrol_in(make_course())
    answer = admin.get("/admin/learners/?q=ana@")
    assert rows(answer)[0].endswith(" 2 1")
    assert f"/admin/enrolments/?learner={learner.pk}" in answer.content.decode()
    assert len(rows(admin.get(f"/admin/enrolments/?learner={learner.pk}"))) == 2


@EACH
def test_names_are_text_and_never_markup(admin: Client, name: str) -> None:
    course = make_course(title="<img src=x onerror=alert(1)>")
    finish_course(course, make_user(printed_name="<script>alert(1)</script> Pérez"))
    page = admin.get(f"/admin/{name}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


# Search


PEOPLE = {
    "jose@example.org": "José Ñuñez",
    "li@example.org": "李小龍",
    "maria.garcia@example.org": "María García-López",
    "other@example.net": "Jo O’Neil",
    "percent@example.org": "100% Real_Name",
}


@pytest.fixture
def named(admin: Client) -> Client:
    course = make_course()
    for email, name in PEOPLE.items():
        finish_course(course, make_user(email, printed_name=name))
    return admin


@EACH
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("jose nunez", ["jose@example.org"]),
        ("NUÑEZ  josé", ["jose@example.org"]),
        ("jo", ["jose@example.org", "other@example.net"]),
        ("lopez maria", ["maria.garcia@example.org"]),
        ("maria.g", ["maria.garcia@example.org"]),
        ("LI@EXAMPLE.ORG", ["li@example.org"]),
        ("李", ["li@example.org"]),
        ("neil", ["other@example.net"]),
        ("real name", ["percent@example.org"]),
        ("example.org", []),
        ("%", []),
        ("_", []),
        ("jo_e@", []),
        ('"', []),
        ("'", []),
        ("')) OR 1=1 --", []),
        ("& | ! :*", []),
        ("\\", []),
    ],
)
def test_people_are_found_by_address_and_words_of_the_name(named: Client, name: str, query: str, found: list[str]) -> None:
    seen = rows(named.get(f"/admin/{name}/", {"q": query}))
    assert sorted(email for email in PEOPLE if any(email in row for row in seen)) == found
    assert len(seen) == len(found)


@EACH
def test_a_certificate_is_found_by_its_code_however_it_is_typed(named: Client, name: str) -> None:
    credential = Credential.objects.select_related("holder__learner").get(holder__learner__email="li@example.org")
    code = credential.code
    ways = [code, code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}", f" {code[:4]} {code[4:8]} {code[8:]} ", str(credential.pk)]
    for typed in [*ways, f"https://example.org/credentials/{credential.pk}/"]:
        seen = rows(named.get(f"/admin/{name}/", {"q": typed}))
        assert len(seen) == 1, typed
        assert "li@example.org" in seen[0]


def test_the_beginning_of_a_code_finds_certificates(named: Client) -> None:
    code = Credential.objects.values_list("code", flat=True)[0]
    assert any(code[:4] in row for row in rows(named.get("/admin/certificates/", {"q": code[:6]})))


@pytest.mark.parametrize("name", ["Straße", "José Ñuñez", "O’Neil_x", "محمّد", "Łukasz", "İnci", "ﬁ", '=HYPERLINK("x")', "a.b-c/d"])
def test_the_database_folds_names_as_the_search_does(name: str) -> None:
    """On PostgreSQL by a function in SQL, on SQLite by the same Python: what one stores, the other asks for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT puente_fold(%s)", [name])
        in_database = cursor.fetchone()[0]
    assert re.sub(r"\W+", " ", in_database).split() == (folded(name) or "").split()


# Filters and what nobody should send


def test_filters_choose(admin: Client) -> None:
    course, other = make_course(), make_course()
    finish_course(course, make_user("a@example.org"))
    Enrolment.objects.filter(pk=enrol_in(other, make_user("b@example.org"), language="fr").pk).update(enrolled_on="2020-02-03")
    for query, found in {
        f"course={course.key}": "a",
        f"course={other.key}": "b",
        "state=finished": "a",
        "state=active": "b",
        "language=fr": "b",
        "enrolled_from=2020-02-03&enrolled_to=2020-02-03": "b",
        "enrolled_from=2020-02-04": "a",
        "completed_from=2020-01-01": "a",
        f"course={course.key}&state=active": "",
    }.items():
        seen = rows(admin.get(f"/admin/enrolments/?{query}"))
        assert [row.split("@")[0] for row in seen] == list(found), query


@EACH
@pytest.mark.parametrize(
    "query",
    [
        *("p=-1", "p=abc", "p=0", "p=999999999999999999999", "ordering=paper", "ordering=learner__password", "ordering=-", "ordering=?"),
        *(f"q={'x' * 10_000}", "q=%00", "q=%22", "q=%27", "q=%25", "q=_", "q=%F0%9F%98%80", "q=%EF%BF%BF", "unknown=1"),
    ],
)
def test_strange_addresses_are_answered(admin: Client, name: str, query: str) -> None:
    finish_course(make_course())
    answer = admin.get(f"/admin/{name}/?{query}")
    assert answer.status_code == 200
    assert len(answer.content) < 200_000


@pytest.mark.parametrize(
    "query",
    [
        *("course=00000000-0000-0000-0000-000000000000", "course=abc", "state=whatever", "learner=abc", "learner=99999999", "learner=-1"),
        *("learner=999999999999999999999999", "learner=٣", "enrolled_from=yesterday", "enrolled_to=2026-13-45", "enrolled_from=0000-00-00"),
        *("language=xx", "completed_from=10000000-01-01", "learner=%00", "course=%00"),
    ],
)
def test_a_filter_that_means_nothing_shows_nothing_never_everything(admin: Client, query: str) -> None:
    finish_course(make_course())
    answer = admin.get(f"/admin/enrolments/?{query}")
    assert answer.status_code == 200
    assert rows(answer) == []


# People are searched for, never listed


def test_the_chooser_shows_nobody_before_a_search_and_few_after(admin: Client) -> None:
    for number in range(30):
        make_user(f"many{number}@example.org")
    assert b"many" not in admin.get("/admin/learner-chooser/").content
    found = admin.get("/admin/learner-chooser/results/?q=many").content.decode()
    assert len(set(re.findall(r"many\d+@", found))) == 10
    person = User.objects.get(email="many3@example.org")
    assert "many3@example.org" in admin.get(f"/admin/learner-chooser/chosen/{person.pk}/").content.decode()
    assert admin.get("/admin/learner-chooser/?multiple=1&q=many").status_code == 200
    for number in ("abc", "-1", "0", "9" * 30, "٣"):
        assert admin.get(f"/admin/learner-chooser/chosen/{number}/").status_code == 404


def test_no_page_of_the_admin_lists_everyone(admin: Client) -> None:
    """Wagtail's own filters offer people who did something in the admin; learners do nothing there. Lists are paged."""
    course = make_course()
    User.objects.bulk_create(User(email=f"zz{number}@crowd.example", password="!") for number in range(300))
    learner = User.objects.get(email="zz7@crowd.example")
    enrol_in(course, learner)
    urls = {url for address in addresses() if address.audience is Audience.STAFF and not address.arguments and (url := url_of(address))}
    urls |= {reverse(f"wagtailadmin_{name}", args=[course.pk]) for name in ("explore", "pages:edit", "pages:history", "pages:usage")}
    urls |= {reverse("wagtailusers_users:edit", args=[learner.pk]), reverse("wagtailusers_users:history", args=[learner.pk])}
    seen = {}
    for url in sorted(urls - {"/admin/logout/", "/admin/failwhale/"}):
        answer = admin.get(url)
        if not answer.streaming:
            seen[url] = len(set(re.findall(rb"zz\d+@crowd", answer.content)))
    assert {url: number for url, number in seen.items() if number > 50} == {}
    listed = {url for url, number in seen.items() if number > 1}
    assert all(url.startswith(("/admin/learners/", "/admin/users/", "/admin/enrolments/")) for url in listed), listed


# Any number of learners


def cost(client: Client, address: str) -> tuple[int, int]:
    """Queries and bytes of a page, once caches are warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(queries), len(answer.content)


def test_pages_cost_the_same_with_20_and_with_2000_learners(admin: Client) -> None:
    courses = [make_course() for _course in range(3)]
    addresses_of = [f"/admin/{name}/{query}" for name in LISTS for query in ("", "?q=maria", "?p=2", f"?course={courses[0].key}")]
    make_crowd(courses, 20)
    few = {address: cost(admin, address) for address in addresses_of}
    make_crowd(courses, 1980, start=20)
    many = {address: cost(admin, address) for address in addresses_of}
    for address in addresses_of:
        # A page without a row asks for no titles.
        assert many[address][0] <= max(few[address][0], few[address.partition("?")[0]][0] + 4), address
        assert many[address][0] < 25, address
        assert many[address][1] < 200_000, address
        if "?" not in address:
            assert many[address][0] == few[address][0], address


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[CoursePage]]:
    """20,000 learners, made once for this module and taken back at its end. 100,000 are in benchmarks/admin_lists.py."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            courses = [make_course() for _course in range(3)]
            make_crowd(courses, 20_000)
            yield courses
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.mark.parametrize(
    "query", ["", "?p=200", "?p=100000", "?q=maria", "?q=learner1999", "?q=zzzz", "?ordering=email", "?ordering=enrolled_on"]
)
@EACH
def test_lists_of_20000_stay_small(crowd: list[CoursePage], admin: Client, name: str, query: str) -> None:
    queries, size = cost(admin, f"/admin/{name}/{query}")
    assert queries < 25
    assert size < 200_000


def test_who_wants_more_than_the_pages_hold_is_told_what_to_do(crowd: list[CoursePage], admin: Client) -> None:
    answer = admin.get("/admin/learners/?p=99999999")
    assert f"of {MOST // 50}" in text_of(answer).replace(",", "") or f"de {MOST // 50}" in text_of(answer)
    assert len(rows(answer)) == 50
    offsets = [query["sql"] for query in _queries(admin, "/admin/learners/?p=99999999") if "OFFSET" in query["sql"]]
    assert all(int(re.findall(r"OFFSET (\d+)", sql)[0]) < MOST for sql in offsets)
    counts = [query["sql"] for query in _queries(admin, "/admin/learners/") if "COUNT(" in query["sql"] and "accounts_user" in query["sql"]]
    assert all("LIMIT" in sql or "GROUP BY" in sql for sql in counts)


@pytest.mark.parametrize("name", ["learners", "enrolments", "attempts"])
def test_who_searches_for_nearly_everyone_is_asked_for_more(crowd: list[CoursePage], admin: Client, name: str) -> None:
    for query in ("learner", "n"):
        answer = admin.get(f"/admin/{name}/?q={query}")
        assert rows(answer) == []
        assert "More than 10,000 fit this search" in text_of(answer)
    assert rows(admin.get(f"/admin/{name}/?q=learner1234")) != []


def _queries(client: Client, address: str) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return list(queries.captured_queries)
