"""A small site with one page of each class, made from the preview values of its blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField
from wagtail.models import Page, get_page_models

from core.models import BasePage, HomePage, StandardPage
from core.site import ensure_site
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage
from courses.services.publish_structure import publish_structure
from knowledge.models import Contribution, Contributor, LibraryPage, PublicationCountry, PublicationPage, SeriesPage
from tests.remembered import Remembered


def our_page_classes() -> list[type[BasePage]]:
    """Return every page class of the site that can be instantiated."""
    return [model for model in get_page_models() if issubclass(model, BasePage) and not model._meta.abstract]


def preview_stream(page_class: type[Page], field: str) -> str:
    """Return a StreamField's data with each of its blocks once, from the preview values."""
    stream_field = page_class._meta.get_field(field)
    assert isinstance(stream_field, StreamField)
    assert isinstance(stream_field.stream_block, StreamBlock)
    return json.dumps(
        [
            {"type": name, "value": block.get_prep_value(block.get_preview_value())}
            for name, block in stream_field.stream_block.child_blocks.items()
        ]
    )


def publish_below(parent: Page, page: BasePage) -> BasePage:
    """Put a page into the tree and publish it."""
    page.locale = parent.locale
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def question(text: str) -> dict[str, object]:
    """Return a valid single-choice question as StreamField data."""
    options = [
        {"type": "item", "value": {"text": "Yes", "correct": True, "feedback": "Right."}},
        {"type": "item", "value": {"text": "No", "correct": False, "feedback": "Look again."}},
    ]
    return {"type": "question", "value": {"multiple": False, "text": text, "options": options, "explanation": "Because."}}


@pytest.fixture
def home(db: None) -> Iterator[HomePage]:
    """The bare site in four languages."""
    cache.clear()
    yield ensure_site()
    cache.clear()


def _publish_one_of_each() -> dict[type[BasePage], int]:
    """Publish a page of every class, in Spanish. Returns their keys by class."""
    home = ensure_site()
    catalogue = CataloguePage.objects.child_of(home).get()
    library = LibraryPage.objects.child_of(home).get()
    made: list[BasePage] = [home, catalogue, library]
    made.append(
        publish_below(home, StandardPage(title="Acerca de", slug="about", lead="Quiénes somos.", body=preview_stream(StandardPage, "body")))
    )
    course = CoursePage(
        title="Curso", slug="curso", summary="De qué trata.", audience="<p>Para todos.</p>", aims='[{"type": "aim", "value": "Leer"}]'
    )
    made.append(publish_below(catalogue, course))
    module = publish_below(course, ModulePage(title="Módulo", slug="modulo", summary="Lo primero."))
    made.append(module)
    made.append(publish_below(module, LessonPage(title="Lección", slug="leccion", lead="Se lee.", body=preview_stream(LessonPage, "body"))))
    questions = json.dumps([question("¿Sí?")])
    made.append(publish_below(module, AssessmentPage(title="Prueba", slug="prueba", lead="Se responde.", questions=questions)))
    team = Contributor.objects.create(name="Equipo", slug="equipo", kind=Contributor.Kind.ORGANISATION)
    publication = PublicationPage(
        title="Nota",
        slug="nota",
        abstract="Qué dice.",
        body=preview_stream(PublicationPage, "body"),
        contributions=[Contribution(contributor=team)],
        countries=[PublicationCountry(country="CO")],
    )
    made.append(publish_below(library, publication))
    made.append(publish_below(library, SeriesPage(title="Serie", slug="serie", summary="Qué reúne.")))
    publish_structure(course=course)
    return {type(page): page.pk for page in made}


_one_of_each = Remembered(_publish_one_of_each)


@pytest.fixture
def one_page_of_each(home: HomePage) -> dict[type[BasePage], BasePage]:
    """A live page of every class, in Spanish, by class."""
    return {page_class: page_class.objects.get(pk=key) for page_class, key in _one_of_each().items()}
