"""The author's desk: what a browser posts to the admin's own views."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from accounts.roles import BY_KEY
from accounts.services.give_role import give_role
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage
from tests.factories import make_user

PUBLISH = {"action-publish": "action-publish"}


def author(email: str = "author@example.org") -> User:
    """Somebody with the role "author" and nothing else."""
    person = make_user(email)
    give_role(user=person, role=BY_KEY["author"])
    return User.objects.get(pk=person.pk)


def signed_in(person: User) -> Client:
    """A browser in which somebody has signed in; it reads English, and a failing view fails the test."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def option(text: str, *, correct: bool = False, feedback: str = "", key: str = "") -> dict[str, Any]:
    """An option as it is typed."""
    return {"text": text, "feedback": feedback, **({"correct": "on"} if correct else {}), "_id": key}


def _listed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A ListBlock as the browser posts it."""
    data: dict[str, Any] = {"count": str(len(items))}
    for i, item in enumerate(items):
        value = {name: part for name, part in item.items() if name != "_id"}
        data[str(i)] = {"value": value, "deleted": "", "order": str(i), "id": item.get("_id") or str(uuid.uuid4())}
    return data


def question(text: str, *options: dict[str, Any], multiple: bool = False) -> tuple[str, dict[str, Any]]:
    """A question as it is typed; one right and one wrong option unless told."""
    chosen = list(options) or [option("Right", correct=True), option("Wrong")]
    return "question", {"text": text, "explanation": "", "options": _listed(chosen), **({"multiple": "on"} if multiple else {})}


def questions(*asked: tuple[str, dict[str, Any]], keys: list[str] | None = None) -> dict[str, Any]:
    """A StreamField of questions; `keys` are the ids they had, or new ones."""
    data = dict(streamfield(list(asked)))
    for i in range(len(asked)):
        data[str(i)]["id"] = keys[i] if keys else str(uuid.uuid4())
    return data


def course_form(**fields: Any) -> dict[str, Any]:
    """A course, filled in."""
    values = {"title": "Migración", "slug": "migracion", "summary": "De qué trata.", "topic": "foundations", "access": "open"}
    return nested_form_data({**values, "audience": rich_text("<p>Todas</p>"), "aims": streamfield([("aim", "Leer")]), **fields})


def module_form(**fields: Any) -> dict[str, Any]:
    """A module, filled in."""
    return nested_form_data({"title": "Módulo 1", "slug": "modulo-1", "summary": "", **fields})


def lesson_form(**fields: Any) -> dict[str, Any]:
    """A lesson, filled in."""
    values = {"title": "Lección 1", "slug": "leccion-1", "lead": "", "minutes": "7", "required": "on"}
    return nested_form_data({**values, "body": streamfield([("heading", "Un dato")]), **fields})


def assessment_form(**fields: Any) -> dict[str, Any]:
    """An assessment with two questions, filled in."""
    values = {"title": "Prueba 1", "slug": "prueba-1", "lead": "", "minutes": "10", "required": "on", "intro": rich_text("<p>Dos</p>")}
    marks = {"pass_mark": "65", "honours_mark": "90", "attempts_allowed": "3"}
    return nested_form_data({**values, **marks, "questions": questions(question("¿Uno?"), question("¿Dos?")), **fields})


FORMS = {CoursePage: course_form, ModulePage: module_form, LessonPage: lesson_form, AssessmentPage: assessment_form}


def catalogue(language: str = "es") -> CataloguePage:
    """The catalogue of a language."""
    return CataloguePage.objects.get(locale__language_code=language)


def add(client: Client, page_class: type[Page], parent: Page, **fields: Any) -> Any:
    """Post "new page" and publish; returns the answer."""
    url = reverse("wagtailadmin_pages:add", args=["courses", page_class._meta.model_name, parent.pk])
    return client.post(url, {**FORMS[page_class](**fields), **PUBLISH})


def made(client: Client, page_class: type[Page], parent: Page, **fields: Any) -> Any:
    """Make and publish a page; returns it."""
    answer = add(client, page_class, parent, **fields)
    assert answer.status_code == 302, answer.context["form"].errors
    page = page_class.objects.child_of(parent).order_by("-path")[0]
    assert page.live
    return page


def edit(client: Client, page: Page, *, publish: bool = True, **fields: Any) -> Any:
    """Post the edit form of a page, filled in as FORMS do; returns the answer."""
    form = FORMS[type(page)](**{"title": page.title, "slug": page.slug, **fields})
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {**form, **(PUBLISH if publish else {})})


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    """Post to one of Wagtail's page views, and follow where it leads."""
    answer = client.post(reverse(f"wagtailadmin_pages:{name}", args=args), data, follow=True)
    assert answer.status_code == 200
    return answer


def bulk(client: Client, action: str, *pages: Page, **data: Any) -> Any:
    """Post an action on many pages, and follow where it leads."""
    ids = "&".join(f"id={page.pk}" for page in pages)
    back = reverse("wagtailadmin_explore", args=[pages[0].get_parent().pk])
    return client.post(f"/admin/bulk/wagtailcore/page/{action}/?{ids}&next={back}", data, follow=True)


def said(answer: Any) -> str:
    """What an answer says in its messages."""
    return " ".join(str(message) for message in answer.context["messages"])


def publish_its_structure(client: Client, course: CoursePage, who: str = "new") -> Any:
    """Press "Publish structure"."""
    return client.post(reverse("course_structure", args=[course.pk]), {"who": who}, follow=True)
