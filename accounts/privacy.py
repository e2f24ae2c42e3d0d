"""The registry of personal data: each app says what it holds about a person, how it exports it and how it erases it.

An app declares every model of its own that has a path to the user, in `ready()`; `accounts.personal_data` declares those of
Django, Wagtail and allauth. A test walks all models and fails for one that nobody declared. Erasing runs whenever a user
is deleted, by whatever way (`accounts.receivers`), in the order of declaration: the floors above come first. Before it, all
that is to be erased is locked, from the floors below upwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import CASCADE, Field, Model, QuerySet

from accounts.models import User
from foundation.registry import Entry, Registry

Rows = list[dict[str, Any]]
Export = Callable[[User], Rows]
Erase = Callable[[User], None]
Lock = Callable[[User], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(Entry):
    """What one model, named by its label, holds about a person.

    `export` returns its rows; None when there is nothing to hand over. `erase` is called before the user is deleted;
    None when nothing need be done: the row goes with the user, or holds no more of them than a link that becomes empty.
    `reason` says which, for whoever reads this. `lock` waits for whoever is writing such rows of theirs, and keeps others out.
    """

    reason: str
    export: Export | None = None
    erase: Erase | None = None
    lock: Lock | None = None


DECLARATIONS = Registry(Declaration)


def declare(model_label: str, *, reason: str, export: Export | None = None, erase: Erase | None = None, lock: Lock | None = None) -> None:
    """Declare what a model (`app_label.ModelName`) holds about a person. Called from `ready()`."""
    DECLARATIONS.register(Declaration(name=model_label, reason=reason, export=export, erase=erase, lock=lock))


def export_records(user: User) -> dict[str, Rows]:
    """Return everything that is held about a person, by model, in plain JSON types."""
    rows = {declared.name: declared.export(user) for declared in DECLARATIONS if declared.export}
    plain: dict[str, Rows] = json.loads(json.dumps(rows, cls=DjangoJSONEncoder))
    return plain


def lock_records(user: User) -> User | None:
    """Lock a person with what is held about them, before it is erased. Returns them as they are then; None if they are gone.

    Inside the transaction of whoever deletes the user. First against others who erase or rename them, but not against the
    foreign keys of new rows: who is writing to a record holds a part of it, and at the end of their transaction needs the
    person. With the full lock from the start, each would wait for the other. Then the records. Then in full: from here on
    no new row can point at them.
    """
    this = User.objects.filter(pk=user.pk)
    if not this.select_for_update(no_key=True).exists():
        return None
    # From the ground up, as everyone who writes to the record locks it: the floors above declare first.
    for declared in reversed(list(DECLARATIONS)):
        if declared.lock:
            declared.lock(user)
    return this.select_for_update().first()


def erase_records(user: User) -> None:
    """Run every eraser. Inside the transaction of whoever deletes the user."""
    for declared in DECLARATIONS:
        if declared.erase:
            declared.erase(user)


def rows(queryset: QuerySet[Any], *fields: str) -> Rows:
    """Return some columns of some rows: what most exports are."""
    return [dict(row) for row in queryset.values(*fields)]


def undeclared() -> list[str]:
    """Return the models with a path to the user that nobody has declared."""
    return sorted(model._meta.label for model in personal_models() if model._meta.label not in DECLARATIONS)


def personal_models() -> list[type[Model]]:
    """Return every model from which a path leads to the user: by foreign key, one to one, many to many or generic key.

    A path goes on through a model whose rows are someone's own (they go with the user); through one that only names
    a person (the owner of a page) it ends, for what hangs on a page is not about its author.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    own: set[type[Model]] = {User}
    found: set[type[Model]] = {User} | {model for model in models if _points_anywhere(model)}
    changed = True
    while changed:
        changed = False
        for model in models:
            for target, is_own in _links(model):
                if target not in own:
                    continue
                before = len(own), len(found)
                found.add(model)
                if is_own:
                    own.add(model)
                changed = changed or (len(own), len(found)) != before
    return sorted(found, key=lambda model: model._meta.label)


def _links(model: type[Model]) -> Iterator[tuple[type[Model], bool]]:
    """Yield each model that this one points to, and whether its rows go with the other's."""
    for field in _relations(model):
        target = field.related_model
        if isinstance(target, type):
            yield target, field.many_to_many is not True and getattr(field.remote_field, "on_delete", None) is CASCADE


def _relations(model: type[Model]) -> Iterable[Field[Any, Any]]:
    return [field for field in (*model._meta.local_fields, *model._meta.local_many_to_many) if field.is_relation]


def _points_anywhere(model: type[Model]) -> bool:
    """Whether a row can point at any object, a user among them: by generic key, or by type and id kept side by side."""
    if any(isinstance(field, GenericForeignKey) for field in model._meta.private_fields):
        return True
    names = {field.name for field in model._meta.local_fields}
    return "object_id" in names and any(field.related_model is ContentType for field in _relations(model))
