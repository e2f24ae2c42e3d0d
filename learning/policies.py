"""The rules of progress. Pure: bits, masks and dates in, answers out; `now` is a parameter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.outline import OutlineDocument, OutlineStep

# How many missing steps are called by their names.
NAMED = 3


class Run(Protocol):
    """What the rules need of a run."""

    opens_at: datetime | None
    closes_at: datetime | None
    late_days: int


def takes_enrolments(run: Run, now: datetime) -> bool:
    """Whether people can enrol in a run now."""
    return (run.opens_at is None or run.opens_at <= now) and (run.closes_at is None or now < run.closes_at)


def takes_events(run: Run, now: datetime) -> bool:
    """Whether events are still accepted: until `late_days` after the run has closed."""
    return run.closes_at is None or now < run.closes_at + timedelta(days=run.late_days)


def required_mask(document: OutlineDocument, waived: Collection[UUID]) -> int:
    """The bits needed to finish: the required steps of the pinned outline, less those that cannot be opened."""
    return document.required_mask & ~document.mask_of(waived)


def is_covered(done_bits: int, needed: int) -> bool:
    """Whether everything needed is done. Nothing needed is nothing finished: an empty course gives no certificate."""
    return needed != 0 and done_bits & needed == needed


@dataclass(frozen=True, slots=True)
class Progress:
    """How far someone is. `percent` is rounded down, so that 100 means finished."""

    done: int
    total: int
    percent: int
    minutes_left: int


def progress(document: OutlineDocument, done_bits: int, waived: Collection[UUID]) -> Progress:
    """Count required steps and the minutes of those that are left."""
    needed = required_mask(document, waived)
    done, total = (done_bits & needed).bit_count(), needed.bit_count()
    return Progress(done, total, 100 * done // total if total else 0, document.minutes_of(needed & ~done_bits))


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """Where someone stands with an assessment. `attempts_left` is None when there is no limit."""

    pass_mark: int
    honours_mark: int
    attempts_allowed: int
    attempts_used: int = 0
    best_score: int | None = None
    passed: bool = False
    is_open: bool = False

    @property
    def attempts_left(self) -> int | None:
        """Attempts that can still be started; an open one is not among them."""
        if not self.attempts_allowed:
            return None
        return max(0, self.attempts_allowed - self.attempts_used - self.is_open)

    @property
    def is_settled(self) -> bool:
        """Whether nothing can be sent any more: passed, or every attempt used. Only then may the key be known."""
        return self.passed or (self.attempts_allowed > 0 and self.attempts_used >= self.attempts_allowed)


def named_in(
    document: OutlineDocument, done_bits: int, waived: Collection[UUID], results: Mapping[UUID, AssessmentResult]
) -> list[OutlineStep]:
    """Return the steps whose titles `explain` may need: of a thousand that are missing it names a few."""
    missing = required_mask(document, waived) & ~done_bits
    named = document.first_of(missing, NAMED)
    asked = [step for step in _asked(document, missing, results) if step not in named]
    return [*named, *asked, *_gone(document, done_bits, waived)]


def _asked(document: OutlineDocument, missing: int, results: Mapping[UUID, AssessmentResult]) -> list[OutlineStep]:
    """Missing steps of which there are results, in the order of the results: that of the course."""
    steps = (document.by_key.get(key) for key in results)
    return [step for step in steps if step and missing >> step.slot & 1]


def _gone(document: OutlineDocument, done_bits: int, waived: Collection[UUID]) -> list[OutlineStep]:
    """Required steps that can no longer be opened, and were not done."""
    gone = document.required_mask & document.mask_of(waived) & ~done_bits
    return document.first_of(gone, gone.bit_count())


def explain(
    document: OutlineDocument,
    done_bits: int,
    waived: Collection[UUID],
    results: Mapping[UUID, AssessmentResult],
    titles: Mapping[UUID, str],
    *,
    completed: bool,
) -> str:
    """Say in a sentence or two why someone is where they are; learner and support read the same.

    Args:
        titles: titles of steps in the reader's language, by key.
        completed: whether the course was ever completed; that is never taken back.
    """
    needed = required_mask(document, waived)
    missing = needed & ~done_bits
    named = [titles.get(step.key, "") for step in document.first_of(missing, NAMED)]
    sentences = [_explain_missing(missing.bit_count(), needed.bit_count(), named, completed)]
    assessments = [_explain_assessment(titles.get(step.key, ""), results[step.key]) for step in _asked(document, missing, results)]
    sentences += [sentence for sentence in assessments if sentence]
    if gone := _gone(document, done_bits, waived):
        sentences.append(
            ngettext(
                "%(titles)s can no longer be opened and is not needed.", "%(titles)s can no longer be opened and are not needed.", len(gone)
            )
            % {"titles": _listed([titles.get(step.key, "") for step in gone])}
        )
    return " ".join(sentences)


def _explain_missing(missing: int, total: int, named: Sequence[str], completed: bool) -> str:
    if not missing and total:
        return ngettext("The required step is done.", "All %(n)d required steps are done.", total) % {"n": total}
    if completed:
        return _("You have finished this course; steps added later are not needed for your certificate.")
    if not total:
        return _("Nothing can be asked of you now: none of the required steps can be opened. What you did is kept.")
    if missing == total:
        return ngettext("The required step is still to do.", "All %(n)d required steps are still to do.", total) % {"n": total}
    said = {"done": total - missing, "total": total, "titles": _listed(named)}
    if missing > NAMED:
        return _("%(done)d of %(total)d required steps are done. Next: %(titles)s, and %(more)d more.") % {**said, "more": missing - NAMED}
    return _("%(done)d of %(total)d required steps are done. Missing: %(titles)s.") % said


def _explain_assessment(title: str, result: AssessmentResult) -> str:
    if result.is_open:
        return _("You have started “%(title)s” and not sent it yet.") % {"title": title}
    if not result.attempts_used or result.passed:
        return ""
    scores = {"title": title, "best": result.best_score, "mark": result.pass_mark, "n": result.attempts_left}
    if result.attempts_left == 0:
        return _("“%(title)s” was not passed: your best result is %(best)d%%, %(mark)d%% is needed, and no attempts are left.") % scores
    if result.attempts_left is None:
        return _("“%(title)s” is not passed yet: your best result is %(best)d%%, and %(mark)d%% is needed.") % scores
    return (
        ngettext(
            "“%(title)s” is not passed yet: your best result is %(best)d%%, %(mark)d%% is needed, and %(n)d attempt is left.",
            "“%(title)s” is not passed yet: your best result is %(best)d%%, %(mark)d%% is needed, and %(n)d attempts are left.",
            result.attempts_left,
        )
        % scores
    )


def _listed(titles: Sequence[str]) -> str:
    """Return titles in quotation marks, as a list in words."""
    return ", ".join(_("“%(title)s”") % {"title": title} for title in titles)
