"""Migrations of large tables keep nobody waiting: no index and no constraint is added to them in the ordinary way."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterUniqueTogether, CreateModel, Migration, RunSQL
from django.db.migrations.operations.base import Operation

from foundation.online_migrations import AddConstraintOnline, AddIndexOnline
from tests.architecture.floors import FLOORS

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = tuple(floor for floor in FLOORS if (ROOT / floor / "migrations").is_dir())
# Tables that grow with the people who learn.
LARGE = {
    ("accounts", "user"),
    ("learning", "enrolment"),
    ("learning", "attempt"),
    ("credentials", "credential"),
    ("credentials", "credentialholder"),
    ("credentials", "credentialfile"),
    ("learning", "progressed"),
    ("accounts", "auditentry"),
}
ONLINE = (AddIndexOnline, AddConstraintOnline)
INSTEAD = "use foundation.online_migrations (docs/migrations.md)"


def problem(app: str, operation: Operation, made: set[str]) -> str:
    """Say what is wrong with an operation; nothing if it is right. `made`: models that this very migration makes."""
    if isinstance(operation, RunSQL):
        text = str(operation.sql).upper()
        return f"an index without CONCURRENTLY: {INSTEAD}" if "INDEX" in text and "CREATE" in text and "CONCURRENTLY" not in text else ""
    name = str(getattr(operation, "model_name", None) or getattr(operation, "name", "")).lower()
    if (app, name) not in LARGE or name in made:
        return ""
    if isinstance(operation, AddIndex | AddConstraint | AlterUniqueTogether) and not isinstance(operation, ONLINE):
        return f"{type(operation).__name__} on {app}.{name}: {INSTEAD}"
    if isinstance(operation, AddField) and (operation.field.unique or getattr(operation.field, "db_index", False)):
        return f"a field with an index on {app}.{name}: add it with db_index=False, and {INSTEAD} for the index"
    return ""


def problems(app: str, migration: Migration) -> list[str]:
    """Return what is wrong with a migration."""
    made = {operation.name.lower() for operation in migration.operations if isinstance(operation, CreateModel)}
    found = [says for operation in migration.operations if (says := problem(app, operation, made))]
    if migration.atomic and any(isinstance(operation, ONLINE) for operation in migration.operations):
        found.append("atomic = False is missing")
    return found


def ours() -> list[tuple[str, str]]:
    return [(app, path.stem) for app in OURS for path in sorted((ROOT / app / "migrations").glob("[0-9]*.py"))]


def test_what_is_large_is_a_table_of_ours() -> None:
    """A name that a model had before a move would guard nothing."""
    assert {(model._meta.app_label, model._meta.model_name) for model in apps.get_models()} >= LARGE
    assert {app for app, _name in LARGE} <= set(OURS)


@pytest.mark.parametrize(("app", "name"), ours())
def test_no_migration_keeps_writers_of_a_large_table_waiting(app: str, name: str) -> None:
    migration = import_module(f"{app}.migrations.{name}").Migration(name, app)
    assert problems(app, migration) == []


INDEX = models.Index(fields=["state"], name="x")
ONCE = models.UniqueConstraint(fields=["learner", "outline"], name="x")


@pytest.mark.parametrize(
    ("operation", "is_refused"),
    [
        (AddIndex("enrolment", INDEX), True),
        (AddConstraint("enrolment", ONCE), True),
        (AddField("enrolment", "ref", models.IntegerField(null=True, db_index=True)), True),
        (AddField("enrolment", "ref", models.IntegerField(null=True, unique=True)), True),
        (AddField("enrolment", "course", models.ForeignKey("courses.CourseRun", models.PROTECT, null=True)), True),
        (AddField("enrolment", "ref", models.IntegerField(null=True)), False),
        (AddIndex("recordexport", models.Index(fields=["state"], name="x")), False),
        (AddIndexOnline("enrolment", INDEX), False),
        (AddConstraintOnline("enrolment", ONCE), False),
        (RunSQL("CREATE INDEX x ON learning_enrolment (state)"), True),
        (RunSQL("CREATE INDEX CONCURRENTLY x ON learning_enrolment (state)"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else str(value),
)
def test_what_would_is_found(operation: Operation, is_refused: bool) -> None:
    migration = Migration("0099_x", "learning")
    migration.operations, migration.atomic = [operation], False
    assert bool(problems("learning", migration)) is is_refused


def test_an_online_operation_in_a_transaction_is_found() -> None:
    migration = Migration("0099_x", "learning")
    migration.operations = [AddIndexOnline("enrolment", INDEX)]
    assert problems("learning", migration) == ["atomic = False is missing"]
