"""The page on which an editor sees what a new structure changes and whom it touches, and publishes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from courses import impact
from courses.models import CoursePage
from courses.outline import Changes
from courses.permissions import may_publish_structure
from courses.services.publish_structure import StructureEmpty, StructureUnanswerable, StructureUnchanged, Who, publish_structure
from courses.tree import drifts, newest_outline, pending_changes, source_page


class StructureView(WagtailAdminTemplateMixin, TemplateView):
    """Changes, figures and the choice: new learners only, or everyone who has not finished."""

    template_name = "courses/admin/structure.html"
    page_title = gettext_lazy("Publish structure")
    header_icon = "list-ol"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.course = get_object_or_404(CoursePage, pk=kwargs["page_id"])
        self.source = source_page(self.course.key) or self.course
        self.may_publish = may_publish_structure(request.user, self.source)
        # Whoever may edit the course may see what would change; to change it is a right of its own.
        if not self.may_publish and (request.method != "GET" or not self.course.permissions_for_user(request.user).can_edit()):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.source.title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("wagtailadmin_explore", args=[self.source.pk]), "label": self.source.title},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        newest = newest_outline(self.source.key)
        changes = pending_changes(self.source)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(
            {
                "course": self.source,
                "may_publish": self.may_publish,
                "newest": newest,
                "changes": changes,
                "changed_steps": self.in_words(changes),
                "drifts": drifts(self.source),
                "impact": impact.of_course(self.source.key),
            }
        )
        return context

    def in_words(self, changes: Changes) -> list[tuple[str, str]]:
        """Return what changes as pairs of words and the title of a step, in the editor's language."""
        language = get_language() or self.source.locale.language_code
        kinds = [
            (_("Added:"), changes.added),
            (_("Removed:"), changes.removed),
            (_("Now required:"), changes.newly_required),
            (_("No longer required:"), changes.no_longer_required),
            (_("New marks or attempts:"), changes.rules_changed),
        ]
        return [(words, step.title(language) or str(step.key)) for words, steps in kinds for step in steps]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Publish, say what happened, and come back to this page."""
        who = Who.EVERYONE_UNFINISHED if request.POST.get("who") == Who.EVERYONE_UNFINISHED else Who.NEW_LEARNERS
        try:
            outline = publish_structure(course=self.source, who=who)
        except StructureEmpty:
            messages.error(request, _("Nothing was published: the course needs at least one published step that is required."))
        except StructureUnanswerable as refusal:
            titles = ", ".join(_("“%(title)s”") % {"title": title} for title in refusal.titles)
            messages.error(request, _("Nothing was published: %(titles)s has no questions: nobody could pass.") % {"titles": titles})
        except StructureUnchanged:
            messages.info(request, _("Nothing to publish: the structure is the one that learners have."))
        else:
            data = {"version": outline.version, "who": who.value}
            log(instance=self.source, action="courses.publish_structure", user=request.user, data=data)
            messages.success(
                request, _("Structure %(version)d of “%(title)s” is published.") % {"version": outline.version, "title": self.source.title}
            )
        return HttpResponseRedirect(reverse("course_structure", args=[self.course.pk]))
