"""Switching language in the middle of a course loses nothing: records know courses and steps by keys that languages share."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from courses.models import AssessmentPage, CoursePage
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from learning.papers import paper_for_display
from learning.services.mark_done import mark_done
from learning.services.save_answers import save_answers
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.factories import assessment_of, enrol_in, lessons_of, make_course, right_answers, slots_of, translate_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def spanish(db: None) -> CoursePage:
    return make_course(lessons=2, assessments=1)


@pytest.fixture
def english(spanish: CoursePage) -> CoursePage:
    page = translate_course(spanish, "en")
    graded = assessment_of(page)
    data = graded.questions.get_prep_value()
    for question in data:
        question["value"]["text"] = "In English: " + question["value"]["text"]
    graded.questions = json.dumps(data)
    graded.save_revision().publish()
    return page


@pytest.fixture
def enrolment(spanish: CoursePage, english: CoursePage) -> Enrolment:
    return enrol_in(spanish, language="es")


def start(enrolment: Enrolment, page: AssessmentPage, language: str) -> Attempt:
    return start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=page.key, language=language)


def test_languages_share_their_keys(spanish: CoursePage, english: CoursePage) -> None:
    assert english.key == spanish.key
    assert [lesson.key for lesson in lessons_of(english)] == [lesson.key for lesson in lessons_of(spanish)]
    assert assessment_of(english).key == assessment_of(spanish).key


def test_switching_language_keeps_every_tick(client: Client, spanish: CoursePage, english: CoursePage, enrolment: Enrolment) -> None:
    mark_done(learner=enrolment.learner, course_key=spanish.key, step_key=lessons_of(spanish)[0].key)
    mark_done(learner=enrolment.learner, course_key=english.key, step_key=lessons_of(english)[1].key)
    client.force_login(enrolment.learner)
    said = {}
    for language in ("es", "en"):
        found = client.get(f"/learning/api/state/{spanish.key}", HTTP_ACCEPT_LANGUAGE=language).json()["enrolment"]
        said[language] = (found["done"], found["percent"])
    assert said["es"] == said["en"] == (slots_of(spanish, *[lesson.key for lesson in lessons_of(spanish)]), 66)


def test_enrolling_again_in_another_language_is_the_same_enrolment(english: CoursePage, enrolment: Enrolment) -> None:
    assert enrol_in(english, enrolment.learner, "en").pk == enrolment.pk
    assert Enrolment.objects.count() == 1


def test_a_paper_begun_in_spanish_goes_on_in_english_with_the_same_answers(
    spanish: CoursePage, english: CoursePage, enrolment: Enrolment
) -> None:
    attempt = start(enrolment, assessment_of(spanish), "es")
    key = right_answers(assessment_of(spanish))
    first = next(iter(key))
    save_answers(learner=enrolment.learner, attempt_id=attempt.pk, answers={first: key[first]})
    again = start(enrolment, assessment_of(english), "en")
    assert again.pk == attempt.pk
    papers = {language: paper_for_display(again, language) for language in ("es", "en")}
    for question, translated in zip(papers["es"].questions, papers["en"].questions, strict=True):
        assert translated.text == f"In English: {question.text}"
        assert [(o.id, o.chosen) for o in translated.options] == [(o.id, o.chosen) for o in question.options]
    assert submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk, answers=right_answers(assessment_of(english))).score == 100


def test_a_language_without_the_paper_shows_the_one_it_was_begun_in(spanish: CoursePage, enrolment: Enrolment) -> None:
    attempt = start(enrolment, assessment_of(spanish), "en")
    assert [q.text for q in paper_for_display(attempt, "fr").questions] == [q.text for q in paper_for_display(attempt, "en").questions]


def test_a_translation_with_other_options_is_not_mixed_into_a_paper(spanish: CoursePage, english: CoursePage, enrolment: Enrolment) -> None:
    graded = assessment_of(english)
    data = graded.questions.get_prep_value()
    data[0]["value"]["options"].pop()
    graded.questions = json.dumps(data)
    graded.save_revision().publish()
    attempt = start(enrolment, assessment_of(spanish), "es")
    paper = paper_for_display(attempt, "en")
    question = next(question for question in paper.questions if question.id == data[0]["id"])
    assert not question.text.startswith("In English")
    assert len(question.options) == 3


def test_a_translation_made_meanwhile_changes_no_record(client: Client, django_capture_on_commit_callbacks: object) -> None:
    course = make_course(lessons=2, assessments=1)
    enrolment = enrol_in(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    before = Enrolment.objects.values().get()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        for language in ("en", "pt", "fr"):
            translate_course(course, language)
    assert Enrolment.objects.values().get() == before


def test_a_course_finished_in_two_languages_has_one_credential(spanish: CoursePage, english: CoursePage, enrolment: Enrolment) -> None:
    mark_done(learner=enrolment.learner, course_key=spanish.key, step_key=lessons_of(spanish)[0].key)
    attempt = start(enrolment, assessment_of(english), "en")
    submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk, answers=right_answers(assessment_of(english)))
    mark_done(learner=enrolment.learner, course_key=english.key, step_key=lessons_of(english)[1].key)
    assert set(Credential.objects.get().snapshot["titles"]) == {"es", "en"}


def test_private_pages_of_a_course_answer_in_a_language_the_course_does_not_have(
    client: Client, spanish: CoursePage, enrolment: Enrolment
) -> None:
    client.force_login(enrolment.learner)
    for path in ("", f"{spanish.key}/", f"{spanish.key}/steps/{lessons_of(spanish)[0].key}/"):
        answer = client.get(f"/fr/learning/{path}")
        assert answer.status_code == 200
        assert '<html lang="fr"' in answer.content.decode()
