"""Make the workflow "Review and publish" and give it to every library. Safe to run again; what people changed stays."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import pgettext
from wagtail.models import Page, Task, Workflow, WorkflowPage, WorkflowTask, get_page_models

from accounts.roles import EDITOR, REVIEWER, Role, group_of
from editorial.models import PublishTask, ReviewedPage, ReviewTask


@transaction.atomic
def ensure_workflow() -> Workflow:
    """Make what is missing of the workflow, its two steps, their groups, and its places in the tree."""
    # A workflow and its steps have one name each, in the site's first language, as groups have.
    with translation.override(settings.LANGUAGE_CODE):
        name = pgettext("workflow", "Review and publish")
        review_name, publish_name = pgettext("step of the workflow", "Review"), pgettext("step of the workflow", "Publication")
    review = _step(ReviewTask, review_name, REVIEWER)
    publish = _step(PublishTask, publish_name, EDITOR)
    workflow = Workflow.objects.filter(workflow_tasks__task=publish).order_by("pk").first()
    if workflow is None:
        workflow = Workflow.objects.create(name=name)
        WorkflowTask.objects.create(workflow=workflow, task=review, sort_order=0)
        WorkflowTask.objects.create(workflow=workflow, task=publish, sort_order=1)
    for page in _places():
        WorkflowPage.objects.get_or_create(page_id=page.pk, defaults={"workflow": workflow})
    return workflow


def _step(task_class: type[Task], name: str, role: Role) -> Task:
    """Return a step; its group is the role's, unless somebody has chosen others."""
    task = task_class.objects.order_by("pk").first() or task_class.objects.create(name=name)
    group = group_of(role)
    if group is not None and not task.groups.exists():
        task.groups.add(group)
    return task


def is_place(page_class: type[Page]) -> bool:
    """Whether pages of this class stand above reviewed pages without being one: the libraries."""
    return not issubclass(page_class, ReviewedPage) and any(
        page_class in model.allowed_parent_page_models() for model in get_page_models() if issubclass(model, ReviewedPage)
    )


def _places() -> list[Page]:
    """Return the libraries, in every language."""
    return [page for model in get_page_models() if is_place(model) for page in model.objects.all()]


def places_in(language: str) -> list[Page]:
    """Return the libraries of a language."""
    return [page for model in get_page_models() if is_place(model) for page in model.objects.filter(locale__language_code=language)]
