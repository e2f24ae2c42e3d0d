"""What the database refuses, asked in plain SQL as the application's own role, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction
from django.utils import timezone

from accounts import db_triggers as audit_triggers
from accounts.models import AuditEntry, User
from credentials import db_triggers
from credentials.audit import REVOKED
from credentials.models import Credential, CredentialHolder
from tests.credentials.test_certificate import make_credential
from tests.factories import finish_course, make_course, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]
AUDIT, CREDENTIALS = audit_triggers.TABLE, db_triggers.TABLE
GUARDS = (audit_triggers.GUARD, db_triggers.GUARD)


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError, match=r"never (rewritten|deleted|changed)"), transaction.atomic():
        yield


def run(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def db_id(key: uuid.UUID) -> Any:
    return key if connection.vendor == "postgresql" else key.hex


def an_entry() -> AuditEntry:
    return AuditEntry.objects.create(actor_id=7, action=REVOKED.name, subject_kind="credential", subject_key="x", reason="because")


def rows(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return list(cursor.fetchall())


# The audit trail


@pytest.mark.parametrize("column", ["at", "actor_id", "action", "subject_kind", "subject_key", "reason", "details", "id"])
def test_no_column_of_the_audit_trail_can_be_changed(column: str) -> None:
    entry, before = an_entry(), rows(AUDIT)
    value = {"at": timezone.now(), "actor_id": 8, "details": "{}", "id": entry.pk + 1}.get(column, "other")
    with refused():
        run(f'UPDATE {AUDIT} SET "{column}" = %s', value)
    assert rows(AUDIT) == before


def test_no_entry_can_be_deleted_or_put_over_another() -> None:
    entry = an_entry()
    with refused():
        run(f"DELETE FROM {AUDIT}")
    with refused():
        AuditEntry.objects.all().delete()
    entry.reason = "another"
    with refused():
        entry.save()
    if connection.vendor == "sqlite":
        with refused():
            run(f"INSERT OR REPLACE INTO {AUDIT} SELECT id, at, 8, action, subject_kind, subject_key, reason, details FROM {AUDIT}")
    else:
        with refused():
            run(f"INSERT INTO {AUDIT} SELECT * FROM {AUDIT} ON CONFLICT (id) DO UPDATE SET actor_id = 8")
    assert AuditEntry.objects.get().actor_id == 7
    an_entry()


# Certificates


CHANGES = {
    "id": lambda: db_id(uuid.uuid4()),
    "code": lambda: "22222222",
    "subject_kind": lambda: "path",
    "subject_key": lambda: "another",
    "basis": lambda: "override",
    "snapshot": lambda: json.dumps({"titles": {}, "demo": True}),
    "template_version": lambda: 2,
    "issued_at": timezone.now,
}


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_what_was_issued_is_never_rewritten(column: str) -> None:
    make_credential()
    Credential.objects.update(revoked_at=timezone.now())
    before = rows(CREDENTIALS)
    with refused():
        run(f'UPDATE {CREDENTIALS} SET "{column}" = %s', CHANGES[column]())
    assert rows(CREDENTIALS) == before


def test_every_column_is_guarded_or_filled_once() -> None:
    """A column that a later migration adds is refused, too, until somebody says otherwise."""
    columns = {field.column for field in Credential._meta.concrete_fields}
    assert columns == {*CHANGES, *db_triggers.FILLED_ONCE, db_triggers.EMPTIED}


def test_revoking_is_said_once() -> None:
    one, other = make_credential(), make_credential()
    assert run(f"UPDATE {CREDENTIALS} SET revoked_at = %s WHERE id = %s", timezone.now(), db_id(one.pk)) == 1
    assert run(f"UPDATE {CREDENTIALS} SET reason = 'data' WHERE id = %s", db_id(one.pk)) == 1
    assert run(f"UPDATE {CREDENTIALS} SET replaced_by_id = %s WHERE id = %s", db_id(other.pk), db_id(one.pk)) == 1
    before = rows(CREDENTIALS)
    for assignment in ("revoked_at = NULL", "revoked_at = '2031-01-01'", "reason = ''", "reason = 'error'", "replaced_by_id = NULL"):
        with refused():
            run(f"UPDATE {CREDENTIALS} SET {assignment} WHERE id = %s", db_id(one.pk))
    with refused():
        run(f"UPDATE {CREDENTIALS} SET replaced_by_id = %s WHERE id = %s", db_id(one.pk), db_id(one.pk))
    assert rows(CREDENTIALS) == before


def test_saving_what_was_read_changes_nothing_and_is_allowed() -> None:
    credential = Credential.objects.get(pk=make_credential().pk)
    credential.save()
    credential.revoked_at, credential.reason = timezone.now(), "error"
    credential.save()
    assert Credential.objects.get().reason == "error"


def test_a_certificate_moves_to_no_other_enrolment_but_outlives_its_own() -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment, other = finish_course(course), finish_course(course)
    credential = Credential.objects.get(enrolment=enrolment)
    with refused():
        run(f"UPDATE {CREDENTIALS} SET enrolment_id = %s WHERE id = %s", other.pk, db_id(credential.pk))
    User.objects.get(pk=enrolment.learner_id).delete()
    credential.refresh_from_db()
    assert credential.enrolment is None
    assert not CredentialHolder.objects.filter(credential=credential).exists()
    with refused():
        run(f"UPDATE {CREDENTIALS} SET enrolment_id = %s WHERE id = %s", other.pk, db_id(credential.pk))


def test_only_a_demonstration_s_certificate_can_be_deleted() -> None:
    real, demo = make_credential(), make_credential(demo=True)
    for one in (real, demo):
        CredentialHolder.objects.filter(credential=one).delete()
    with refused():
        run(f"DELETE FROM {CREDENTIALS} WHERE id = %s", db_id(real.pk))
    with refused():
        real.delete()
    assert run(f"DELETE FROM {CREDENTIALS} WHERE id = %s", db_id(demo.pk)) == 1


def test_a_certificate_is_not_put_over_another() -> None:
    """SQLite's INSERT OR REPLACE deletes without calling the trigger for deletions."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's way to write over a row")
    enrolment = finish_course(make_course(lessons=1, assessments=0))
    credential = Credential.objects.get()
    columns = "id, code, subject_kind, subject_key, basis, snapshot, template_version, issued_at, revoked_at, reason, enrolment_id"
    for new in ({"id": credential.pk.hex}, {"code": credential.code}, {"enrolment_id": enrolment.pk}):
        values = {"id": uuid.uuid4().hex, "code": "OTHER", "enrolment_id": None, **new}
        with refused():
            run(
                f"INSERT OR REPLACE INTO {CREDENTIALS} ({columns}) SELECT %s, %s, subject_kind, subject_key, 'override', snapshot, "
                f"9, issued_at, NULL, '', %s FROM {CREDENTIALS}",
                values["id"],
                values["code"],
                values["enrolment_id"],
            )
    assert Credential.objects.get().basis == Credential.Basis.EARNED


# Their own care


def test_a_migration_that_remakes_the_table_does_not_lose_them() -> None:
    """On SQLite a remade table has no triggers; the end of every `migrate` and `flush` brings them back."""
    for guard in GUARDS:
        guard.remove(connection)
    an_entry()
    assert run(f"UPDATE {AUDIT} SET actor_id = 9") == 1
    emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)
    with refused():
        run(f"UPDATE {AUDIT} SET actor_id = 10")
    for guard in GUARDS:
        guard.install(connection)
    with refused():
        run(f"UPDATE {AUDIT} SET actor_id = 10")


@pytest.mark.django_db(transaction=True)
def test_flush_is_refused_as_soon_as_there_is_something_to_lose() -> None:
    an_entry()
    make_user()
    with pytest.raises((CommandError, IntegrityError)):
        call_command("flush", interactive=False, verbosity=0)
    assert AuditEntry.objects.count() == 1
    assert User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_tables_can_not_be_truncated() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    for table in (AUDIT, f"{CREDENTIALS} CASCADE"):
        with refused():
            run(f"TRUNCATE {table}")
