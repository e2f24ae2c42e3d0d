"""What the record of one course says, for pages and for the API. Constant queries, whatever the length of the course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from accounts.models import User
from core.shown import shown
from courses.models import StepSlot, documents_of
from courses.outline import AssessmentRule, OutlineDocument, OutlineStep
from learning import policies
from learning.bitset import slots
from learning.grading import course_grade
from learning.models import Attempt, Enrolment
from learning.own_enrolment import own_enrolment, own_enrolments
from learning.services.known_steps import known_steps


def progress_label(progress: policies.Progress) -> str:
    """Return progress in words: "7 of 12 steps · about 40 minutes left"."""
    words = ngettext("%(done)d of %(total)d step", "%(done)d of %(total)d steps", progress.total) % {
        "done": progress.done,
        "total": progress.total,
    }
    if progress.minutes_left:
        words += " · " + ngettext("about %(n)d minute left", "about %(n)d minutes left", progress.minutes_left) % {
            "n": progress.minutes_left
        }
    return words


@dataclass
class CourseState:
    """One person's record of one course. Reads more only when more is asked."""

    enrolment: Enrolment
    language: str
    # Titles of live pages that the caller has read anyway, so that they are not read again.
    titles: Mapping[UUID, str] = field(default_factory=dict)
    waived: set[UUID] = field(init=False)
    document: OutlineDocument = field(init=False)
    progress: policies.Progress = field(init=False)

    def __post_init__(self) -> None:
        self.waived = self.enrolment.waived
        self.document = self.enrolment.document
        self.progress = policies.progress(self.document, self.enrolment.done_bits, self.waived)

    @property
    def is_withdrawn(self) -> bool:
        """Whether the person has left."""
        return self.enrolment.state == Enrolment.State.WITHDRAWN

    @property
    def is_completed(self) -> bool:
        """Whether the person has ever finished; never taken back."""
        return self.enrolment.completed_at is not None

    @property
    def percent(self) -> int:
        """Percent of what is needed; 100 for ever once the course was completed."""
        return 100 if self.is_completed else self.progress.percent

    @property
    def done_count(self) -> int:
        """Needed steps that are done."""
        return self.progress.done

    @property
    def total_count(self) -> int:
        """Needed steps."""
        return self.progress.total

    @property
    def label(self) -> str:
        """Progress in words; a finished course stays finished, whatever was added or restored since."""
        return _("Finished") if self.is_completed else progress_label(self.progress)

    @property
    def moved_on(self) -> date | None:
        """When the person was moved to another outline."""
        return self.enrolment.moved_on

    @property
    def following(self) -> OutlineStep | None:
        """The step to go on with: where the person was unless it is done, else the first that is not done."""
        return following_step(self.enrolment, self.waived)

    @property
    def resume_key(self) -> UUID | None:
        """The step the person was at."""
        return self.enrolment.resume_step

    @cached_property
    def done_keys(self) -> set[UUID]:
        """Every step whose bit is set; those outside the outline (newer than it, or gone from it) cost one query."""
        bits = self.enrolment.done_bits
        done = {step.key for step in self.document.steps if bits >> step.slot & 1}
        if others := slots(bits & ~self.document.full_mask):
            ledger = StepSlot.objects.filter(course_key=self.enrolment.course_key, slot__in=others)
            done.update(ledger.values_list("step_key", flat=True))
        return done

    @cached_property
    def results(self) -> dict[UUID, policies.AssessmentResult]:
        """Where the person stands with each assessment of the outline. One query."""
        return results_of(self.enrolment, self.document.graded)

    def result_of(self, step_key: UUID) -> policies.AssessmentResult | None:
        """Where the person stands with one assessment, also one that a newer outline has added."""
        if step_key in self.results:
            return self.results[step_key]
        step = known_steps(enrolment=self.enrolment, keys={step_key}).get(step_key)
        return results_of(self.enrolment, [step]).get(step_key) if step else None

    def title_of(self, step_key: UUID, language: str) -> str:
        """The title that the outline remembers."""
        step = known_steps(enrolment=self.enrolment, keys={step_key}).get(step_key)
        return step.title(language) if step else ""

    @cached_property
    def grade(self) -> int | None:
        """The grade of the course in percent, once it is completed."""
        return grade_of(self.results.values()) if self.is_completed else None

    @cached_property
    def explanation(self) -> str:
        """Why someone is at n%, in a sentence. One query for titles and one for results, where they are not known."""
        named = policies.named_in(self.document, self.enrolment.done_bits, self.waived, self.results)
        titles = {step.key: self.titles.get(step.key) or step.title(self.language) for step in named}
        if unknown := titles.keys() - self.titles.keys():
            pages = shown(Page.objects.filter(translation_key__in=unknown, locale__language_code=self.language))
            titles.update({UUID(str(key)): title for key, title in pages.values_list("translation_key", "title")})
        return policies.explain(self.document, self.enrolment.done_bits, self.waived, self.results, titles, completed=self.is_completed)


def results_of(enrolment: Enrolment, steps: Iterable[OutlineStep]) -> dict[UUID, policies.AssessmentResult]:
    """Return where someone stands with each assessment among the steps: one query, none where there is none."""
    graded = [step for step in steps if step.rule]
    if not graded:
        return {}
    rows = {
        row["step_key"]: row
        for row in Attempt.objects.filter(enrolment=enrolment)
        .values("step_key")
        .annotate(
            used=Count("pk", filter=Q(submitted_at__isnull=False)),
            best=Max("score"),
            passes=Count("pk", filter=Q(passed=True)),
            opened=Count("pk", filter=Q(submitted_at__isnull=True)),
        )
    }
    return {step.key: _result(step.rule, rows.get(step.key)) for step in graded if step.rule}


def result_from(rule: AssessmentRule, attempts: Sequence[Attempt]) -> policies.AssessmentResult:
    """Return where someone stands with an assessment, from all their attempts at it."""
    scores = [attempt.score for attempt in attempts if attempt.score is not None]
    return replace(
        _result(rule, None),
        attempts_used=sum(attempt.submitted_at is not None for attempt in attempts),
        best_score=max(scores, default=None),
        passed=any(attempt.passed for attempt in attempts),
        is_open=any(attempt.submitted_at is None for attempt in attempts),
    )


def _result(rule: AssessmentRule, row: Mapping[str, Any] | None) -> policies.AssessmentResult:
    untouched = policies.AssessmentResult(rule.pass_mark, rule.honours_mark, rule.attempts_allowed)
    if row is None:
        return untouched
    return replace(untouched, attempts_used=row["used"], best_score=row["best"], passed=row["passes"] > 0, is_open=row["opened"] > 0)


def grade_of(results: Iterable[policies.AssessmentResult]) -> int | None:
    """Return the course grade from the assessments that were taken."""
    return course_grade([result.best_score for result in results if result.best_score is not None])


def course_state(*, learner: User, course_key: UUID, language: str) -> CourseState | None:
    """Return a person's record of a course; None if they never enrolled. One query, and one more the first time for its outline."""
    enrolment = own_enrolment(learner.pk, course_key)
    return CourseState(enrolment, language) if enrolment else None


def course_states(learner: User, language: str) -> list[CourseState]:
    """Return a person's record of every course, newest first. One query, and one the first time for outlines."""
    enrolments = own_enrolments(learner.pk)
    # All outlines that this process has not seen yet, at once.
    documents_of([enrolment.outline_id for enrolment in enrolments])
    return [CourseState(enrolment, language) for enrolment in enrolments]


def following_step(enrolment: Enrolment, waived: set[UUID]) -> OutlineStep | None:
    """Return the step to go on with: where the person was unless it is done, else the first that is not done."""
    document = enrolment.document
    left = document.full_mask & ~enrolment.done_bits & ~document.mask_of(waived)
    place = document.by_key.get(enrolment.resume_step) if enrolment.resume_step else None
    if not left or (place and left >> place.slot & 1):
        return place
    return document.next_of(left, place)


def live_pages(keys: list[UUID], language: str) -> Mapping[UUID | None, Page]:
    """Return live pages by key, in a language or in another that they have; what is gone is missing. One query."""
    found: dict[UUID | None, Page] = {}
    for page in shown(Page.objects.filter(translation_key__in=keys)).select_related("locale").order_by("pk"):
        key = UUID(str(page.translation_key))
        if key not in found or page.locale.language_code == language:
            found[key] = page
    return found
