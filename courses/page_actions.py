"""Before an author deletes, unpublishes or moves a part of a course: say whom it affects, and refuse what would stop learners.

The same for one page and for many at once. Deleting a course that people are in the middle of is refused while no other
language of it would be left: unpublishing takes it from readers just as well, and can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions.move import MoveBulkAction
from wagtail.admin.views.pages.bulk_actions.unpublish import UnpublishBulkAction
from wagtail.models import Page

from core.bulk_delete import DeleteToBin
from courses import impact
from courses.impact_text import touched_by
from courses.models import CoursePage, ModulePage, StepPage

MOST_SAID = 6


def stranding(pages: Iterable[Page]) -> list[tuple[CoursePage, int]]:
    """Return the courses that would have no page left without these pages, and how many people are taking each."""
    below: dict[int, CoursePage] = {}
    for page in pages:
        below |= {course.pk: course for course in CoursePage.objects.descendant_of(page, inclusive=True).defer_streamfields()}
    left = set(
        CoursePage.objects.filter(translation_key__in=[course.translation_key for course in below.values()])
        .exclude(pk__in=below)
        .values_list("translation_key", flat=True)
    )
    found = {course.key: course for course in below.values() if course.translation_key not in left}
    counted = [(course, impact.of_course(key).open_enrolments) for key, course in found.items()]
    return [(course, people) for course, people in counted if people]


def refuse_stranding(request: HttpRequest, pages: Iterable[Page], back_to: str) -> HttpResponse | None:
    """Send back whoever would delete a course that people are taking, with the reason."""
    stranded = stranding(pages)
    for course, people in stranded:
        messages.error(
            request,
            _("“%(title)s” was not deleted: people are in the middle of it (%(n)d). Unpublish it instead; that can be undone.")
            % {"title": course.title, "n": people},
        )
    return HttpResponseRedirect(back_to) if stranded else None


def before_delete(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Hook of Wagtail's delete view."""
    refused = refuse_stranding(request, [page], reverse("wagtailadmin_explore", args=[page.get_parent().pk]))
    if refused is None and request.method == "GET":
        say_touched(request, [page])
        if isinstance(page, StepPage):
            messages.info(
                request, _("Unless it can be read in another language, it is asked of nobody any more. Unpublishing can be undone.")
            )
    return refused


def before_move(request: HttpRequest, page: Page, destination: Page) -> None:
    """Hook of Wagtail's view that asks whether one is sure to move a page."""
    if request.method != "GET" or not isinstance(page, ModulePage | StepPage):
        return
    say_touched(request, [page])
    here, there = page.course(), _course_of(destination)
    if here is not None and there is not None and here.key != there.key:
        messages.warning(
            request,
            _("In “%(title)s” it is new: nobody has done it there. What was done here stays in the record of this course.")
            % {"title": there.title},
        )
    else:
        messages.info(request, _("The new place reaches learners when the structure is published."))
    others = [other.locale.get_display_name() for other in page.get_translations().select_related("locale")]
    if others:
        messages.warning(request, _("Its pages in other languages stay where they are: %(languages)s.") % {"languages": ", ".join(others)})


def _course_of(page: Page) -> CoursePage | None:
    found: CoursePage | None = CoursePage.objects.ancestor_of(page, inclusive=True).order_by("-depth").first()
    return found


def say_touched(request: HttpRequest, pages: Iterable[Page]) -> None:
    """Say in one message whom a change of some parts of courses touches; each sentence once, and not of hundreds."""
    sentences = list(dict.fromkeys(sentence for page in pages for sentence in touched_by(page)))
    if sentences:
        messages.warning(request, " ".join(sentences[:MOST_SAID]))


def after_copy(request: HttpRequest, page: Page, new_page: Page) -> None:
    """Hook of Wagtail's copy view: say what a copy is."""
    if isinstance(new_page.specific_deferred, CoursePage):
        messages.info(request, _("The copy is a course of its own: nobody has enrolled in it, and its structure is not published yet."))
    elif isinstance(new_page.specific_deferred, ModulePage | StepPage):
        messages.info(
            request,
            _("The copy is new: nobody has done it. Learners get it when it is published and the structure of the course is, too."),
        )


def before_bulk(request: HttpRequest, action_type: str, objects: list[Any], action_class_instance: Any) -> HttpResponse | None:
    """Hook of Wagtail's actions on many pages."""
    if action_type != "delete" or Page not in action_class_instance.models:
        return None
    return refuse_stranding(request, objects, action_class_instance.next_url)


class _SaysWhomItTouches:
    """For actions on many pages: the confirmation says whom the action affects."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        objects, _no_access = self.get_actionable_objects()  # type: ignore[attr-defined]
        say_touched(request, [page.specific_deferred for page in objects])
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[misc]
        return response


class DeletePages(_SaysWhomItTouches, DeleteToBin):
    """The action that deletes many pages, with our confirmation."""


class MovePages(_SaysWhomItTouches, MoveBulkAction):
    """Wagtail's action that moves many pages, with our confirmation."""


class UnpublishPages(_SaysWhomItTouches, UnpublishBulkAction):
    """Wagtail's action that unpublishes many pages, with our confirmation."""
