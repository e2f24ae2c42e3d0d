"""Assessments: the paper is frozen at the start, answers are kept as they are given, grading is the server's, once."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from courses.models import AssessmentPage, CourseRun
from courses.services.publish_structure import publish_structure
from credentials import receivers as credential_receivers
from credentials.errors import NotEligible
from credentials.models import Credential
from credentials.services.award_credential import award_credential, award_to
from credentials.services.claim_credential import claim_credential
from learning.errors import (
    AlreadyPassed,
    AnswersMalformed,
    AssessmentUnavailable,
    AttemptClosed,
    AttemptsUsedUp,
    AttemptUnknown,
    NotEnrolled,
    RunClosed,
    StepUnknown,
)
from learning.models import Attempt, Enrolment, Progressed
from learning.papers import paper_for_display, review_of
from learning.policies import AssessmentResult
from learning.services.course_state import course_state
from learning.services.record_progress import record_progress
from learning.services.save_answers import save_answers
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from learning.services.withdraw import withdraw
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    finish_course,
    lessons_of,
    make_assessment,
    make_course,
    make_user,
    module_of,
    pass_assessment,
    question_data,
    right_answers,
    take_assessment,
    wrong_answers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(db: None) -> Enrolment:
    return enrol_in(make_course(lessons=1, assessments=1))


@pytest.fixture
def page(enrolment: Enrolment) -> AssessmentPage:
    return AssessmentPage.objects.get()


def start(enrolment: Enrolment, page: AssessmentPage, language: str = "es") -> Attempt:
    return start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=page.key, language=language)


def save(enrolment: Enrolment, attempt: Attempt, answers: Any) -> Attempt:
    return save_answers(learner=enrolment.learner, attempt_id=attempt.pk, answers=answers)


def submit(enrolment: Enrolment, attempt: Attempt, answers: Any = None) -> Attempt:
    return submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk, answers=answers)


# Starting


def test_two_starts_are_one_attempt(enrolment: Enrolment, page: AssessmentPage) -> None:
    assert start(enrolment, page).pk == start(enrolment, page, "en").pk
    assert Attempt.objects.count() == 1


def test_the_paper_stays_as_it_was_whatever_happens_to_the_page(enrolment: Enrolment, page: AssessmentPage) -> None:
    answers = right_answers(page)
    attempt = start(enrolment, page)
    frozen = json.dumps(attempt.paper, sort_keys=True)
    page.questions = json.dumps([question_data(9)])
    page.pass_mark, page.honours_mark, page.attempts_allowed = 100, 100, 1
    page.save_revision().publish()
    assert start(enrolment, page).pk == attempt.pk
    page.delete()
    attempt.refresh_from_db()
    assert json.dumps(attempt.paper, sort_keys=True) == frozen
    graded = submit(enrolment, attempt, answers)
    assert (graded.score, graded.passed) == (100, True)
    assert json.dumps(graded.paper, sort_keys=True) == frozen


def test_a_paper_says_its_schema_and_its_rule(enrolment: Enrolment, page: AssessmentPage) -> None:
    paper = start(enrolment, page).paper
    assert paper["schema"] == 2
    assert paper["rule"] == {"pass_mark": 65, "honours_mark": 90, "attempts_allowed": 3}


def test_papers_are_drawn_in_different_orders(page: AssessmentPage) -> None:
    course = page.course()
    assert course
    orders = set()
    for _person in range(8):
        paper = start(enrol_in(course), page).paper
        orders.add(tuple(question["id"] for question in paper["questions"]))
        assert {question["id"] for question in paper["questions"]} == {block.id for block in page.questions}
    assert len(orders) > 1


def test_attempts_are_limited(enrolment: Enrolment, page: AssessmentPage) -> None:
    for number in (1, 2, 3):
        assert take_assessment(enrolment, page, wrong_answers(page)).number == number
    with pytest.raises(AttemptsUsedUp):
        start(enrolment, page)
    assert Attempt.objects.count() == 3


def test_without_a_limit_one_can_always_try_again() -> None:
    course = make_course(lessons=1, assessments=0)
    page = make_assessment(module_of(course), attempts_allowed=0)
    publish_structure(course=course)
    enrolment = enrol_in(course)
    for _again in range(5):
        take_assessment(enrolment, page, {})
    assert start(enrolment, page).number == 6


@pytest.mark.parametrize("kind", ["lesson", "unknown", "foreign"])
def test_only_an_assessment_of_this_course_is_started(enrolment: Enrolment, kind: str) -> None:
    keys = {"unknown": uuid.uuid4(), "lesson": enrolment.document.steps[0].key}
    step = keys.get(kind) or assessment_of(make_course()).key
    with pytest.raises(StepUnknown):
        start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=step, language="es")
    assert not Attempt.objects.exists()


def test_only_who_takes_part_starts(enrolment: Enrolment, page: AssessmentPage) -> None:
    with pytest.raises(NotEnrolled):
        start_attempt(learner=make_user(), course_key=enrolment.course_key, step_key=page.key, language="es")
    withdraw(learner=enrolment.learner, course_key=enrolment.course_key)
    with pytest.raises(NotEnrolled):
        start(enrolment, page)


def test_after_the_run_nothing_new_is_started_but_what_was_begun_is_sent(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt = start(enrolment, page)
    CourseRun.objects.update(closes_at=timezone.now() - timedelta(days=90))
    assert submit(enrolment, attempt, right_answers(page)).passed
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0b10
    other = enrol_early(page)
    with pytest.raises(RunClosed):
        start(other, page)


def enrol_early(page: AssessmentPage) -> Enrolment:
    """Someone who joined while the run was open."""
    run = CourseRun.objects.get()
    CourseRun.objects.update(closes_at=None)
    course = page.course()
    assert course
    enrolment = enrol_in(course)
    CourseRun.objects.update(closes_at=run.closes_at)
    return enrolment


@pytest.mark.parametrize("what", ["unpublished", "deleted", "no questions"])
def test_what_cannot_be_opened_is_not_started(enrolment: Enrolment, page: AssessmentPage, what: str) -> None:
    if what == "unpublished":
        page.unpublish()
    elif what == "deleted":
        page.delete()
    else:
        page.questions = "[]"
        page.save_revision().publish()
    with pytest.raises(AssessmentUnavailable):
        start(enrolment, page)


def test_the_marks_and_the_limit_are_those_of_the_learners_outline(enrolment: Enrolment, page: AssessmentPage) -> None:
    page.pass_mark, page.honours_mark, page.attempts_allowed = 99, 100, 1
    page.save_revision().publish()
    assert start(enrolment, page).paper["rule"] == {"pass_mark": 65, "honours_mark": 90, "attempts_allowed": 3}
    publish_structure(course=page.course())  # type: ignore[arg-type]
    assert start(enrol_in(page.course()), page).paper["rule"]["pass_mark"] == 99  # type: ignore[arg-type]


def test_a_passed_assessment_is_not_taken_again_for_its_key_has_been_shown(enrolment: Enrolment, page: AssessmentPage) -> None:
    pass_assessment(enrolment, page)
    with pytest.raises(AlreadyPassed):
        start(enrolment, page)
    assert Attempt.objects.count() == 1


# Answers


def test_answers_are_kept_as_they_are_given(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt, key = start(enrolment, page), right_answers(page)
    first, second, *_others = key
    save(enrolment, attempt, {first: key[first]})
    save(enrolment, attempt, {second: key[second]})
    attempt.refresh_from_db()
    assert attempt.answers == {first: key[first], second: key[second]}
    assert (attempt.score, attempt.passed, attempt.submitted_at) == (None, None, None)


def test_a_later_answer_replaces_an_earlier_one_and_can_take_it_back(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt, (first, *_others) = start(enrolment, page), page.questions
    options = [option.id for option in first.value["options"].bound_blocks]
    save(enrolment, attempt, {first.id: [options[0]]})
    save(enrolment, attempt, {first.id: [options[1]]})
    assert save(enrolment, attempt, {}).answers == {first.id: [options[1]]}
    assert save(enrolment, attempt, {first.id: []}).answers == {first.id: []}


def malformed() -> list[Any]:
    return [
        None,
        [],
        "text",
        7,
        {"unknown": []},
        {"FIRST": "text"},
        {"FIRST": None},
        {"FIRST": ["unknown"]},
        {"FIRST": [1]},
        {"FIRST": ["A", "B"]},
        {"FIRST": [["A"]]},
        {"FIRST": {"A": 1}},
        {"FIRST": ["A"], "unknown": ["A"]},
        {"FIRST": ["OTHER"]},
    ]


@pytest.mark.parametrize("answers", malformed(), ids=str)
@pytest.mark.parametrize("how", ["save", "submit"])
def test_malformed_answers_change_nothing(enrolment: Enrolment, page: AssessmentPage, answers: Any, how: str) -> None:
    attempt, (first, second, *_others) = start(enrolment, page), page.questions
    a, b = [option.id for option in first.value["options"].bound_blocks][:2]
    names = {"FIRST": first.id, "A": a, "B": b, "OTHER": second.value["options"].bound_blocks[0].id}
    given = json.loads(json.dumps(answers), object_hook=lambda found: {names.get(k, k): v for k, v in found.items()})
    if isinstance(given, dict):
        given = {k: [names.get(o, o) if isinstance(o, str) else o for o in v] if isinstance(v, list) else v for k, v in given.items()}
    save(enrolment, attempt, {second.id: [names["OTHER"]]})
    if how == "submit" and given is None:
        pytest.skip("None says: with the answers kept so far")
    with pytest.raises(AnswersMalformed):
        {"save": save, "submit": submit}[how](enrolment, attempt, given)
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.submitted_at) == ({second.id: [names["OTHER"]]}, None)


def test_another_person_can_neither_save_nor_send(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt, other = start(enrolment, page), enrol_in(page.course())  # type: ignore[arg-type]
    for attack in (save, submit):
        with pytest.raises(AttemptUnknown):
            attack(other, attempt, right_answers(page))
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.submitted_at) == ({}, None)


def test_after_sending_nothing_changes_any_more(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt = take_assessment(enrolment, page, wrong_answers(page))
    with pytest.raises(AttemptClosed):
        save(enrolment, attempt, right_answers(page))
    again = submit(enrolment, attempt, right_answers(page))
    assert (again.pk, again.score, again.passed, again.submitted_at) == (attempt.pk, 0, False, attempt.submitted_at)
    attempt.refresh_from_db()
    assert attempt.answers == wrong_answers(page)
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0


def test_sending_uses_the_answers_kept_before(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt, key = start(enrolment, page), right_answers(page)
    *most, last = key
    save(enrolment, attempt, {question: key[question] for question in most})
    assert submit(enrolment, attempt, {last: key[last]}).score == 100


def test_only_the_servers_grading_sets_the_bit(enrolment: Enrolment, page: AssessmentPage) -> None:
    take_assessment(enrolment, page, wrong_answers(page))
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0
    pass_assessment(enrolment, page)
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0b10


def test_the_best_result_counts(enrolment: Enrolment, page: AssessmentPage) -> None:
    half = dict(list(right_answers(page).items())[:2])
    take_assessment(enrolment, page, half)
    take_assessment(enrolment, page, wrong_answers(page))
    state = course_state(learner=enrolment.learner, course_key=enrolment.course_key, language="es")
    assert state
    result = state.result_of(page.key)
    assert result
    assert (result.best_score, result.passed, result.attempts_used, result.attempts_left) == (50, False, 2, 1)


def test_three_of_four_is_75_and_passes(enrolment: Enrolment, page: AssessmentPage) -> None:
    answers = right_answers(page)
    del answers[next(iter(answers))]
    graded = take_assessment(enrolment, page, answers)
    assert (graded.score, graded.passed) == (75, True)


# Finishing


def test_passing_the_last_step_finishes_and_awards_one_credential(enrolment: Enrolment, page: AssessmentPage) -> None:
    record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(enrolment.document.steps[0].key)])
    assert not Credential.objects.exists()
    pass_assessment(enrolment, page)
    enrolment.refresh_from_db()
    credential = Credential.objects.get()
    assert enrolment.completed_at
    assert credential.enrolment_id == enrolment.pk
    assert credential.holder.printed_name == "Ñandú Pérez"
    assert credential.snapshot["grade"] == 100
    assert credential.snapshot["honours"] is True
    assert credential.snapshot["completed_on"] == timezone.localdate(enrolment.completed_at).isoformat()
    assert "Ñandú" not in json.dumps(credential.snapshot, ensure_ascii=False)


def test_the_best_result_is_printed(enrolment: Enrolment, page: AssessmentPage) -> None:
    answers = right_answers(page)
    del answers[next(iter(answers))]
    take_assessment(enrolment, page, wrong_answers(page))
    take_assessment(enrolment, page, answers)
    record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(enrolment.document.steps[0].key)])
    snapshot = Credential.objects.get().snapshot
    assert (snapshot["grade"], snapshot["honours"]) == (75, False)


@pytest.mark.database
def test_awarding_again_gives_the_same_credential() -> None:
    enrolment = finish_course(make_course())
    again = award_credential(enrolment_id=enrolment.pk)
    assert again == Credential.objects.get()


@pytest.mark.database
def test_an_unfinished_course_is_not_awarded(enrolment: Enrolment) -> None:
    with pytest.raises(NotEligible):
        award_credential(enrolment_id=enrolment.pk)
    with pytest.raises(NotEligible):
        claim_credential(learner=enrolment.learner, course_key=enrolment.course_key, printed_name="Somebody")
    assert not Credential.objects.exists()
    enrolment.learner.refresh_from_db()
    assert enrolment.learner.printed_name == "Ñandú Pérez"


@pytest.mark.database
def test_a_failure_while_awarding_undoes_the_whole_submission(
    enrolment: Enrolment, page: AssessmentPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(enrolment.document.steps[0].key)])
    attempt = start(enrolment, page)
    told = Progressed.objects.count()

    def fail(finished: Enrolment) -> None:
        award_to(finished)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(credential_receivers, "award_to", fail)
    with pytest.raises(RuntimeError):
        submit(enrolment, attempt, right_answers(page))
    attempt.refresh_from_db()
    enrolment.refresh_from_db()
    assert (attempt.submitted_at, attempt.score, attempt.answers) == (None, None, {})
    assert (enrolment.done_bits, enrolment.completed_at) == (0b01, None)
    assert not Credential.objects.exists()
    assert Progressed.objects.count() == told
    monkeypatch.undo()
    assert submit(enrolment, attempt, right_answers(page)).passed
    assert Credential.objects.count() == 1


@pytest.mark.database
def test_without_a_name_the_course_is_finished_and_the_credential_waits() -> None:
    course = make_course()
    enrolment = finish_course(course, make_user(printed_name=""))
    assert enrolment.completed_at
    assert not Credential.objects.exists()
    first = claim_credential(learner=enrolment.learner, course_key=course.key, printed_name="  Núñez   Crèvecœur ")
    assert first
    assert first.holder.printed_name == "Núñez Crèvecœur"
    assert first.snapshot["completed_on"] == timezone.localdate(enrolment.completed_at).isoformat()
    second = claim_credential(learner=enrolment.learner, course_key=course.key, printed_name="Somebody Else")
    assert second == first
    first.holder.refresh_from_db()
    assert first.holder.printed_name == "Núñez Crèvecœur"


@pytest.mark.database
def test_who_has_left_after_finishing_can_still_claim() -> None:
    course = make_course()
    enrolment = finish_course(course, make_user(printed_name=""))
    withdraw(learner=enrolment.learner, course_key=course.key)
    credential = claim_credential(learner=enrolment.learner, course_key=course.key, printed_name="Ελένη")
    assert credential
    assert credential.holder.printed_name == "Ελένη"


def test_who_passes_the_last_step_after_leaving_finishes_on_coming_back(enrolment: Enrolment, page: AssessmentPage) -> None:
    record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(enrolment.document.steps[0].key)])
    attempt = start(enrolment, page)
    withdraw(learner=enrolment.learner, course_key=enrolment.course_key)
    submit(enrolment, attempt, right_answers(page))
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.completed_at) == (0b11, None)
    enrol_in(page.course(), enrolment.learner)  # type: ignore[arg-type]
    enrolment.refresh_from_db()
    assert enrolment.completed_at
    assert Credential.objects.count() == 1


# What is shown


def shown(paper: Any) -> str:
    return repr(paper)


def test_an_open_paper_says_nothing_of_the_key(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt = start(enrolment, page)
    save(enrolment, attempt, right_answers(page))
    attempt.refresh_from_db()
    paper = paper_for_display(attempt, "es")
    assert "SECRET" not in shown(paper)
    assert not any(option.correct for question in paper.questions for option in question.options)
    assert not any(question.right for question in paper.questions)


def test_the_review_of_a_failed_attempt_with_attempts_left_keeps_the_key(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt = take_assessment(enrolment, page, wrong_answers(page))
    review = review_of(attempt, "es", shows_key=False)
    assert not review.shows_key
    # Also the comment on a wrong answer can name the right one.
    assert "SECRET" not in shown(review)
    assert not any(option.correct for question in review.questions for option in question.options)


def test_the_review_of_a_settled_assessment_shows_the_key(enrolment: Enrolment, page: AssessmentPage) -> None:
    attempt = take_assessment(enrolment, page, wrong_answers(page))
    review = review_of(attempt, "es", shows_key=True)
    assert review.shows_key
    assert {option.id for question in review.questions for option in question.options if option.correct} == {
        option for options in right_answers(page).values() for option in options
    }
    assert all(question.explanation for question in review.questions)


@pytest.mark.parametrize(
    ("sent", "allowed", "settled"),
    [([], 3, False), ([0], 3, False), ([0, 0], 3, False), ([0, 0, 0], 3, True), ([100], 3, True), ([0, 100], 0, True), ([0] * 9, 0, False)],
)
def test_an_assessment_is_settled_when_passed_or_when_no_attempt_is_left(sent: list[int], allowed: int, settled: bool) -> None:
    result = AssessmentResult(65, 90, allowed, attempts_used=len(sent), passed=100 in sent)
    assert result.is_settled is settled


def test_with_the_last_attempt_open_the_key_is_not_yet_known(enrolment: Enrolment, page: AssessmentPage) -> None:
    for _again in range(2):
        take_assessment(enrolment, page, wrong_answers(page))
    start(enrolment, page)
    state = course_state(learner=enrolment.learner, course_key=enrolment.course_key, language="es")
    assert state
    result = state.result_of(page.key)
    assert result
    assert (result.attempts_left, result.is_settled) == (0, False)


def test_a_course_with_two_assessments_prints_the_mean() -> None:
    course = make_course(lessons=1, assessments=1)
    second = make_assessment(module_of(course))
    publish_structure(course=course)
    enrolment = enrol_in(course)
    pass_assessment(enrolment, assessment_of(course))
    answers = right_answers(second)
    del answers[next(iter(answers))]
    take_assessment(enrolment, second, answers)
    record_progress(learner=enrolment.learner, course_key=course.key, events=[done(lesson.key) for lesson in lessons_of(course)])
    assert Credential.objects.get().snapshot["grade"] == 87
