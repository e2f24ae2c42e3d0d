"""The key of a graded assessment never reaches a browser before it may: every door is tried, and searched for its texts."""

from __future__ import annotations

import json
import pickle
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core import search
from core.models import SearchEntry
from courses.models import AssessmentPage, CoursePage
from courses.models.pages import PAPER_PREVIEW
from learning.models import Attempt, Enrolment
from learning.services.save_answers import save_answers
from learning.services.start_attempt import start_attempt
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    event_json,
    lessons_of,
    make_course,
    make_user,
    module_of,
    right_answers,
    take_assessment,
    translate_course,
    wrong_answers,
)

pytestmark = pytest.mark.django_db

SECRETS = ("SECRET-FEEDBACK", "SECRET-EXPLANATION")
# Questions and options are drawn per person; even their texts are in no public page.
TEXTS = ("Question 0?", "Option 0.0")


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course(lessons=1, assessments=1)


def paper_url(attempt: Attempt, language: str = "es") -> str:
    return f"/{language}/learning/{attempt.enrolment.course_key}/steps/{attempt.step_key}/attempts/{attempt.pk}/"


def assert_hidden(said: str, *words: str) -> None:
    for word in words or (*SECRETS, *TEXTS):
        assert word not in said


def test_what_is_searched_for_is_really_there(page: AssessmentPage) -> None:
    stored = json.dumps(page.questions.get_prep_value())
    for word in (*SECRETS, *TEXTS):
        assert word in stored


@pytest.mark.parametrize("reader", ["anonymous", "enrolled", "administrator"])
def test_no_public_page_holds_a_question(client: Client, course: CoursePage, page: AssessmentPage, reader: str) -> None:
    if reader == "enrolled":
        client.force_login(enrol_in(course).learner)
    elif reader == "administrator":
        client.force_login(make_user(is_superuser=True, is_staff=True))
    pages = [page, module_of(course), course, course.get_parent(), lessons_of(course)[0]]
    for address in [found.get_url() for found in pages] + ["/es/", "/sitemap.xml"]:
        answer = client.get(address)
        assert answer.status_code == 200
        assert_hidden(answer.content.decode())


def test_the_page_of_an_enrolled_only_course_holds_none_either(client: Client) -> None:
    closed = make_course(access=CoursePage.Access.ENROLLED)
    client.force_login(enrol_in(closed).learner)
    answer = client.get(assessment_of(closed).get_url())
    assert answer.status_code == 200
    assert_hidden(answer.content.decode())


def test_the_cache_holds_none(client: Client, page: AssessmentPage, enrolment: Enrolment, attempt: Attempt) -> None:
    client.get(page.get_url())
    client.force_login(enrolment.learner)
    client.get(paper_url(attempt))
    entries = [pickle.loads(stored) for stored in cache._cache.values()]  # type: ignore[attr-defined]
    assert entries
    assert_hidden(repr(entries))


def test_the_search_knows_none(client: Client, page: AssessmentPage) -> None:
    for entry in SearchEntry.objects.all():
        assert_hidden(
            " ".join([entry.title, entry.summary, entry.text, entry.folded]), *SECRETS, *TEXTS, *[word.lower() for word in SECRETS]
        )
    for query in ("SECRET", "secret explanation", "option", "question"):
        assert not search.find(query, "es").filter(page=page).exists()
        # The page repeats what was searched for, so only what is not in the query can be a leak.
        assert_hidden(client.get("/es/search/", {"q": query}).content.decode(), "FEEDBACK-", "EXPLANATION-", "0.0")


def test_wagtails_own_index_has_no_question(page: AssessmentPage) -> None:
    indexed = {field.field_name for field in AssessmentPage.get_search_fields() if hasattr(field, "field_name")}
    assert "questions" not in indexed


def test_a_preview_holds_none(client: Client, page: AssessmentPage) -> None:
    for mode, _label in page.preview_modes:
        if mode == PAPER_PREVIEW:  # for those who write the key: tests/courses/test_previews.py
            continue
        preview = page.make_preview_request(preview_mode=mode)
        if hasattr(preview, "render"):
            preview.render()
        assert_hidden(preview.content.decode())
    page.title = "A draft"
    page.save_revision()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert_hidden(client.get(f"/admin/pages/{page.pk}/view_draft/").content.decode())


def test_the_json_of_the_record_holds_none(learner: Client, course: CoursePage, attempt: Attempt, page: AssessmentPage) -> None:
    body = json.dumps({"course": str(course.key), "events": [event_json(done(page.key)), event_json(done(lessons_of(course)[0].key))]})
    key = right_answers(page)
    kept = json.dumps({"answers": key})
    answers = [
        learner.get(f"/learning/api/state/{course.key}"),
        learner.get("/learning/api/state"),
        learner.get("/learning/api/openapi.json"),
        learner.post("/learning/api/events", body, content_type="application/json"),
        learner.post(f"/learning/api/attempts/{attempt.pk}/answers", kept, content_type="application/json"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert_hidden(answer.content.decode())
    # Keeping answers says how many there are, never how many are right.
    assert answers[-1].json() == {"kept": len(key)}


def test_the_private_pages_before_the_paper_hold_none(learner: Client, course: CoursePage, page: AssessmentPage) -> None:
    for path in ("", f"{course.key}/", f"{course.key}/steps/{page.key}/"):
        answer = learner.get(f"/es/learning/{path}")
        assert answer.status_code == 200
        assert_hidden(answer.content.decode())


def without_token(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_an_open_paper_is_the_same_whatever_the_key(learner: Client, attempt: Attempt) -> None:
    shown = without_token(learner.get(paper_url(attempt)))
    assert "Question 0?" in shown
    assert_hidden(shown, *SECRETS)
    for question in attempt.paper["questions"]:
        for option in question["options"]:
            option["correct"] = not option["correct"]
    attempt.save()
    assert without_token(learner.get(paper_url(attempt))) == shown


def test_a_paper_with_right_answers_kept_does_not_say_that_they_are_right(
    learner: Client, enrolment: Enrolment, page: AssessmentPage, attempt: Attempt
) -> None:
    save_answers(learner=enrolment.learner, attempt_id=attempt.pk, answers=right_answers(page))
    attempt.refresh_from_db()
    shown = without_token(learner.get(paper_url(attempt)))
    assert_hidden(shown, *SECRETS)
    for question in attempt.paper["questions"]:
        for option in question["options"]:
            option["correct"] = False
    attempt.save()
    assert without_token(learner.get(paper_url(attempt))) == shown


def test_a_failed_attempt_with_attempts_left_shows_no_comment(learner: Client, enrolment: Enrolment, page: AssessmentPage) -> None:
    # Also the comment on a wrong answer can name the right one.
    failed = take_assessment(enrolment, page, wrong_answers(page))
    assert_hidden(without_token(learner.get(paper_url(failed))), *SECRETS)


def test_the_review_of_a_failed_attempt_does_not_depend_on_which_other_option_was_right(
    learner: Client, enrolment: Enrolment, page: AssessmentPage
) -> None:
    failed = take_assessment(enrolment, page, wrong_answers(page))
    shown = without_token(learner.get(paper_url(failed)))
    for question in failed.paper["questions"]:
        if question["type"] == "multiple":
            continue
        first, second = [option for option in question["options"] if option["id"] not in failed.answers[question["id"]]]
        first["correct"], second["correct"] = second["correct"], first["correct"]
    failed.save()
    assert without_token(learner.get(paper_url(failed))) == shown


def test_the_key_is_shown_after_the_last_attempt_and_after_passing(learner: Client, enrolment: Enrolment, page: AssessmentPage) -> None:
    attempts = [take_assessment(enrolment, page, wrong_answers(page)) for _number in range(3)]
    for attempt in attempts:
        assert "SECRET-EXPLANATION-0" in learner.get(paper_url(attempt)).content.decode()


def test_while_the_last_attempt_is_open_earlier_ones_do_not_show_the_key(
    learner: Client, enrolment: Enrolment, page: AssessmentPage
) -> None:
    failed = [take_assessment(enrolment, page, wrong_answers(page)) for _number in range(2)]
    start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=page.key, language="es")
    for attempt in failed:
        assert_hidden(learner.get(paper_url(attempt)).content.decode(), *SECRETS)


def test_the_key_does_not_show_in_another_language_either(
    learner: Client, course: CoursePage, enrolment: Enrolment, page: AssessmentPage
) -> None:
    translate_course(course, "en")
    failed = take_assessment(enrolment, page, wrong_answers(page))
    for language in ("es", "en", "pt", "fr"):
        assert_hidden(learner.get(paper_url(failed, language)).content.decode(), *SECRETS)
