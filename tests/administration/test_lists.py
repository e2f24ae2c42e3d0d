"""The administrators' lists: who may see them, and what they show."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credentials.models import Credential, CredentialHold
from learning.models import Enrolment
from learning.services.withdraw import withdraw
from tests.administration.lists import EACH, LISTS, admin, cost, reading, rows, staff
from tests.architecture.audience import Audience, addresses
from tests.architecture.test_audience import url_of
from tests.crowd import make_crowd
from tests.factories import assessment_of, enrol_in, finish_course, make_course, make_user, take_assessment, translate_course, wrong_answers

__all__ = ["admin"]  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.database]
RIGHTS = {"learners": "view_enrolment", "enrolments": "view_enrolment", "attempts": "view_attempt", "certificates": "view_credential"}


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
