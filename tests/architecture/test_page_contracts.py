"""Each page gives its template what the template's Protocol says, and the template asks for nothing else."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Union

import pytest
from django.template import base as template_base
from django.template.base import Variable, VariableDoesNotExist
from django.test import Client
from django.test.utils import ContextList

from core.cards import Card, SearchDocument
from core.models import BasePage
from tests.architecture.conftest import our_page_classes
from tests.architecture.page_contracts import CONTRACTS, OPTIONAL

# What Django, Wagtail and the template language put there themselves.
GIVEN = {
    "self",
    "request",
    "csrf_token",
    "True",
    "False",
    "None",
    "block",
    "forloop",
    "user",
    "perms",
    "messages",
    "DEFAULT_MESSAGE_LEVELS",
}
GIVEN |= {"LANGUAGE_CODE", "LANGUAGE_BIDI"}  # {% get_current_language %} in the base template


def names(contract: type) -> dict[str, Any]:
    """Return the names of a Protocol with their types, those it inherits included."""
    return typing.get_type_hints(contract)


def fits(value: object, hint: Any) -> bool:
    """Whether a value is of a type, looking into containers one level deep."""
    if hint is Any:
        return True
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, option) for option in arguments)
    if origin is None:
        return isinstance(value, hint)
    if not isinstance(value, origin):
        return False
    if origin is list:
        return all(fits(item, arguments[0]) for item in typing.cast("list[object]", value))
    return True


@contextmanager
def missing_names(page_templates: set[str]) -> Iterator[set[str]]:
    """Collect the names that page templates ask for and that are not there. Components have optional inputs: not collected."""
    missing: set[str] = set()
    resolve = Variable._resolve_lookup

    def watch(self: Variable, context: Any) -> Any:
        try:
            return resolve(self, context)
        except VariableDoesNotExist:
            template = getattr(getattr(context, "render_context", None), "template", None)
            root = self.lookups[0] if self.lookups else str(self)
            if template is not None and template.name in page_templates and root not in context:
                missing.add(f"{template.name}: {root}")
            raise

    template_base.Variable._resolve_lookup = watch
    try:
        yield missing
    finally:
        template_base.Variable._resolve_lookup = resolve


def test_every_page_class_has_one_protocol_of_its_own() -> None:
    assert set(CONTRACTS) == set(our_page_classes())
    assert len(set(CONTRACTS.values())) == len(CONTRACTS)
    for contract in CONTRACTS.values():
        assert getattr(contract, "_is_protocol", False), contract


@pytest.mark.django_db
def test_pages_give_their_templates_what_the_protocols_say(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    for page_class, page in one_page_of_each.items():
        with missing_names({page_class.template, *parents_of(page_class.template)}) as missing:
            response = client.get(page.get_url() or "")
        assert response.status_code == 200, page_class
        assert isinstance(response.context, ContextList)
        context, promised = response.context[0].flatten(), names(CONTRACTS[page_class])
        for name, hint in promised.items():
            assert name in context, f"{page_class.__name__} does not give {name}"
            assert fits(context[name], hint), f"{page_class.__name__} gives {name} as {context[name]!r}, not {hint}"
        assert set(context) - set(promised) - GIVEN - OPTIONAL == set(), f"{page_class.__name__} gives what its Protocol does not name"
        unknown = {entry for entry in missing if entry.split(": ")[1] not in GIVEN | OPTIONAL}
        assert unknown == set(), f"the template of {page_class.__name__} asks for what its Protocol does not promise"


@pytest.mark.django_db
def test_pages_say_how_they_appear_elsewhere(one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    """The one Protocol of the base page, by which lists, search and feeds know a page without knowing its class."""
    for page in one_page_of_each.values():
        card = page.card()
        assert isinstance(card, Card)
        assert card.url
        assert card.title
        assert isinstance(page.search_document(), SearchDocument | None)
        assert isinstance(page.description, str)


def parents_of(template_name: str) -> list[str]:
    """Return the templates that a template extends, nearest first."""
    from django.template.loader import get_template
    from django.template.loader_tags import ExtendsNode

    found: list[str] = []
    template = get_template(template_name).template
    while True:
        extends = template.nodelist.get_nodes_by_type(ExtendsNode)
        if not extends:
            return found
        parent = str(extends[0].parent_name.var)
        found.append(parent)
        template = get_template(parent).template
