"""Foreign keys point down the floors, those given as strings, too, which the import linter cannot see."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from wagtail.models import Page

from tests.architecture.floors import APPS, FLOORS, PERSONAL


def our_models() -> list[type[models.Model]]:
    """Return every model of the floors, also those that Django makes for many-to-many fields."""
    return [model for label in APPS for model in apps.get_app_config(label).get_models(include_auto_created=True)]


def relations(model: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    """Return what the model's own fields point at, with the parents it inherits from."""
    return [
        (field.name, field.related_model)
        for field in model._meta.get_fields(include_parents=False)
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
    ] + [(f"{parent.__name__} (parent)", parent) for parent in model._meta.parents]


def floor(model: type[models.Model]) -> int | None:
    """Return the floor of a model; None for models of packages."""
    label = model._meta.app_label
    return FLOORS.index(label) if label in FLOORS else None


def test_every_app_of_the_site_is_a_floor() -> None:
    ours = {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}
    assert ours == set(APPS)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_relations_point_down(model: type[models.Model]) -> None:
    for name, target in relations(model):
        target_floor, own_floor = floor(target), floor(model)
        assert own_floor is not None
        assert target_floor is None or target_floor <= own_floor, f"{model._meta.label}.{name} points up to {target._meta.label}"


@pytest.mark.parametrize(
    "model", [model for model in our_models() if model._meta.app_label in PERSONAL], ids=lambda model: model._meta.label
)
def test_no_record_of_a_person_points_at_a_page(model: type[models.Model]) -> None:
    """The record outlives the page: PROTECT breaks the admin's delete view, CASCADE deletes people's history."""
    for name, target in relations(model):
        assert not issubclass(target, Page), f"{model._meta.label}.{name} points at {target._meta.label}"


def test_structures_that_records_hang_on_point_at_no_page() -> None:
    """A record points at runs and outlines: those must outlive pages, too."""
    hung_on = {target for model in our_models() if model._meta.app_label in PERSONAL for _name, target in relations(model)}
    for model in hung_on:
        if floor(model) is not None:
            assert not any(issubclass(target, Page) for _name, target in relations(model)), model._meta.label


def test_generic_relations_are_not_used() -> None:
    """A generic foreign key has no constraint and no direction."""
    for model in our_models():
        generic = [field.name for field in model._meta.private_fields if type(field).__name__ == "GenericForeignKey"]
        assert not generic, f"{model._meta.label}: {generic}"
