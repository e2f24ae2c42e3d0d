"""The report of progress: all runs, one run with a bar for each step, the same as CSV, and counting again."""

from __future__ import annotations

import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import HeaderButton

from administration.certificates.base import StaffPage
from administration.export_formats import CsvWriter
from administration.lists.course_titles import reading_language
from administration.reports.figures import RunFigures, StepFigures, run_with_steps, runs
from foundation.replica import Read, from_replica
from learning.tasks import request_count

VIEW = "learning.view_stepstat"
# A thousand steps are ten pages: none is heavy, and each is a stretch of the course that one can look at.
PER_PAGE = 100


class ProgressReport(StaffPage):
    """What the pages of the report share."""

    any_of = (VIEW,)
    page_title = gettext_lazy("Progress in courses")
    header_icon = "list-ol"
    http_method_names = ["get", "head"]
    read: Read[Any]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("progress_report:index"), "label": self.page_title}
        return [*self.breadcrumbs_items, *([index] if self.get_page_subtitle() else []), *self.path_here()]

    def path_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.get_page_subtitle() or self.page_title}]

    def page_of(self, rows: list[Any]) -> Any:
        """Return the page of some rows that was asked for, or the nearest there is."""
        return Paginator(rows, PER_PAGE).get_page(self.request.GET.get("p"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"source": self.read, "count_url": reverse("progress_report:count"), "here": self.request.path}


class RunsView(ProgressReport):
    """Every run that anybody takes or took."""

    template_name = "administration/progress_runs.html"

    def find(self) -> None:
        self.read = from_replica(lambda alias: runs(alias, self.language))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: list[RunFigures] = self.read.value
        return super().get_context_data(**kwargs) | {"rows": self.page_of(found), "counted_at": found[0].counted_at if found else None}


class RunView(ProgressReport):
    """One run: each step, with how many have done it."""

    template_name = "administration/progress_run.html"

    def find(self) -> None:
        self.read = from_replica(lambda alias: run_with_steps(alias, self.kwargs["run_id"], self.language))
        if self.read.value is None:
            raise Http404

    def get_page_subtitle(self) -> str:
        run: RunFigures = self.read.value[0]
        return f"{run.title} ({run.run})" if run.run else run.title

    @property
    def header_buttons(self) -> list[HeaderButton]:
        url = reverse("progress_report:csv", args=[self.kwargs["run_id"]])
        return [HeaderButton(_("Download as CSV"), url=url, icon_name="download")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run, steps = self.read.value
        return super().get_context_data(**kwargs) | {"run": run, "rows": self.page_of(steps), "counted_at": run.counted_at}


@require_GET
def steps_csv(request: HttpRequest, run_id: int) -> HttpResponse:
    """Answer with all steps of a run. No names are in it, so it needs no more than the page does."""
    _check(request)
    read = from_replica(lambda alias: run_with_steps(alias, run_id, reading_language()))
    if read.value is None:
        raise Http404
    run, steps = read.value
    file = io.BytesIO()
    with CsvWriter(file, "") as writer:
        writer.write(["number", "module", "step", "key", "kind", "required", "enrolled", "done", "percent"])
        for step in steps:
            writer.write(_line(run, step))
        writer.text.flush()
        content = file.getvalue()
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="progress-{run.course_key}.csv"'
    return response


def _line(run: RunFigures, step: StepFigures) -> list[Any]:
    fewest = "<5"
    people = [fewest if number is None else number for number in (run.enrolled, step.done)]
    percent = "" if step.percent is None else step.percent
    return [step.number, step.module, step.title, str(step.key), step.kind, int(step.required), *people, percent]


@require_POST
def count_again(request: HttpRequest) -> HttpResponse:
    """Have everything counted now, and go back."""
    _check(request)
    if request_count():
        messages.success(request, _("Counting has been asked for. Load this page again in a moment."))
    else:
        messages.info(request, _("Counting has been asked for already, and waits for its turn."))
    back = request.POST.get("back", "")
    index = reverse("progress_report:index")
    return HttpResponseRedirect(back if back.startswith(index) else index)


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied


class ProgressMenuItem(MenuItem):
    """The report in the menu "Reports", for those who may read it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))
