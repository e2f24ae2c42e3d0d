"""The sentences that editors read about structures and about the people whom an edit affects."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from courses import impact
from courses.models import CoursePage, ModulePage, StepPage
from courses.models.pages import step_pages
from courses.tree import StructureState


def state_in_words(state: StructureState) -> str:
    """Return where a structure stands, short enough for a column: "version 3 · 2 changes wait"."""
    if not state.version:
        return _("not published yet")
    words = _("version %(version)d") % {"version": state.version}
    if state.changes.is_empty:
        return words
    waiting = ngettext("%(n)d change waits", "%(n)d changes wait", state.changes.count) % {"n": state.changes.count}
    return f"{words} · {waiting}"


def touched_by(page: Page) -> list[str]:
    """Return whom a change of a page of a course touches, one sentence each; nothing for other pages.

    Four queries at most. `page` is specific.
    """
    if isinstance(page, CoursePage):
        return _course_in_words(page.key)
    if not isinstance(page, ModulePage | StepPage):
        return []
    course = page.course()
    if course is None:
        return []
    sentences = [_taking(impact.of_course(course.key).open_enrolments)]
    if isinstance(page, StepPage):
        done = impact.of_steps(course.key, [page.key])
        if done is not None:
            sentences.append(_have_done(done[page.key]))
    else:
        sentences += _module_in_words(page, course)
    return sentences


def _taking(people: int) -> str:
    if not people:
        return _("Nobody is in the middle of this course.")
    return ngettext("%(n)d person is taking this course.", "%(n)d people are taking this course.", people) % {"n": people}


def _have_done(people: int) -> str:
    if not people:
        return _("Nobody has done this step yet.")
    return ngettext("%(n)d person has done this step, and keeps it.", "%(n)d people have done this step, and keep it.", people) % {
        "n": people
    }


def _course_in_words(course_key: UUID) -> list[str]:
    found = impact.of_course(course_key)
    sentences = [_taking(found.open_enrolments)]
    if found.open_attempts:
        sentences.append(
            ngettext(
                "%(n)d assessment is open; its paper does not change.",
                "%(n)d assessments are open; their papers do not change.",
                found.open_attempts,
            )
            % {"n": found.open_attempts}
        )
    if found.certificates:
        sentences.append(
            ngettext(
                "%(n)d certificate was earned here; it stays valid, whatever happens to the pages.",
                "%(n)d certificates were earned here; they stay valid, whatever happens to the pages.",
                found.certificates,
            )
            % {"n": found.certificates}
        )
    return sentences


def _module_in_words(module: ModulePage, course: CoursePage) -> list[str]:
    keys = [key for step_page in step_pages() for key in step_page.objects.child_of(module).values_list("translation_key", flat=True)]
    if not keys:
        return []
    done = impact.of_steps(course.key, keys)
    if done is None:
        return []
    begun = sum(people > 0 for people in done.values())
    return [
        ngettext(
            "Of its %(n)d step, %(begun)d was done by somebody; what was done is kept.",
            "Of its %(n)d steps, %(begun)d were done by somebody; what was done is kept.",
            len(keys),
        )
        % {"n": len(keys), "begun": begun}
    ]
