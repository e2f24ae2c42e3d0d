"""Database triggers that refuse, for everyone, to rewrite a certificate or to change the audit trail.

Of a certificate only `revoked_at`, `reason` and `replaced_by` may be filled, each once, and its link to the enrolment may
become empty (erasure). It is never deleted, unless it was made by a demonstration. An audit entry is written, and that is all.

Triggers, since a rule in Python binds only those who go through Python. They hold for every role that uses the tables.
`install` is safe to repeat: SQLite loses triggers whenever Django remakes a table, so they are installed after every migration.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

CREDENTIALS, AUDIT = "learning_credential", "learning_auditentry"
# Filled once, from the value given; every other column never changes, those of later migrations included.
FILLED_ONCE = {"revoked_at": "IS NULL", "reason": "= ''", "replaced_by_id": "IS NULL"}
EMPTIED = "enrolment_id"

REWRITTEN = "a certificate is never rewritten: only revoked_at, reason and replaced_by are filled, each once"
DELETED = "a certificate is never deleted"
AUDITED = "the audit trail is never changed"

# The names by which `install` and `remove` know what is theirs.
SQLITE_TRIGGERS = ("credential_update", "credential_delete", "credential_replace", "audit_update", "audit_delete", "audit_replace")
POSTGRES_TRIGGERS = (
    ("credential_rows", CREDENTIALS, "BEFORE UPDATE OR DELETE", "ROW"),
    ("credential_truncate", CREDENTIALS, "BEFORE TRUNCATE", "STATEMENT"),
    ("audit_rows", AUDIT, "BEFORE UPDATE OR DELETE", "ROW"),
    ("audit_truncate", AUDIT, "BEFORE TRUNCATE", "STATEMENT"),
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, or bring them up to date."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _install_postgres(cursor)
        else:
            _remove_sqlite(cursor)
            for name, statement in zip(SQLITE_TRIGGERS, _sqlite(_columns(connection, cursor)), strict=True):
                cursor.execute(f"CREATE TRIGGER guard_{name} {statement}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for a migration that must correct rows, and for tests that empty the tables."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, table, _when, _each in POSTGRES_TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS guard_{name} ON {table}")
            for table in (CREDENTIALS, AUDIT):
                cursor.execute(f"DROP FUNCTION IF EXISTS guard_{table}()")
        else:
            _remove_sqlite(cursor)


def _remove_sqlite(cursor: Any) -> None:
    for name in SQLITE_TRIGGERS:
        cursor.execute(f"DROP TRIGGER IF EXISTS guard_{name}")


def _columns(connection: BaseDatabaseWrapper, cursor: Any) -> list[str]:
    return [column.name for column in connection.introspection.get_table_description(cursor, CREDENTIALS)]


def _broken_rules() -> str:
    """Return, in SQL of both databases, when an update fills what was filled before, or moves a certificate to another enrolment."""
    distinct = "NEW.{0} IS DISTINCT FROM OLD.{0}"
    rules = [f"(NOT (OLD.{column} {empty}) AND {distinct.format(column)})" for column, empty in FILLED_ONCE.items()]
    rules.append(f"({distinct.format(EMPTIED)} AND NEW.{EMPTIED} IS NOT NULL)")
    return " OR ".join(rules)


def _sqlite(columns: list[str]) -> list[str]:
    """Return the triggers of SQLite, in the order of their names."""
    fixed = [column for column in columns if column not in FILLED_ONCE and column != EMPTIED]
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in fixed)
    broken = _broken_rules().replace("IS DISTINCT FROM", "IS NOT")

    def refuse(event: str, table: str, says: str, when: str = "1") -> str:
        return f"BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"

    def refuse_over(table: str, says: str, same: str) -> str:
        # INSERT OR REPLACE deletes the row in its way without calling the trigger for deletions.
        return refuse("INSERT", table, says, f"EXISTS (SELECT 1 FROM {table} WHERE {same})")  # noqa: S608 - names of this file

    same = (
        "id = NEW.id OR code = NEW.code OR (revoked_at IS NULL AND NEW.revoked_at IS NULL AND enrolment_id = NEW.enrolment_id "
        "AND subject_kind = NEW.subject_kind AND subject_key = NEW.subject_key)"
    )
    return [
        refuse("UPDATE", CREDENTIALS, REWRITTEN, f"{changed} OR {broken}"),
        refuse("DELETE", CREDENTIALS, DELETED, "json_extract(OLD.snapshot, '$.demo') IS NOT 1"),
        refuse_over(CREDENTIALS, REWRITTEN, same),
        refuse("UPDATE", AUDIT, AUDITED),
        refuse("DELETE", AUDIT, AUDITED),
        refuse_over(AUDIT, AUDITED, "id = NEW.id"),
    ]


def _install_postgres(cursor: Any) -> None:
    changing = ", ".join(f"'{column}'" for column in (*FILLED_ONCE, EMPTIED))
    refuse = "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{0}';"
    cursor.execute(
        f"""
        CREATE OR REPLACE FUNCTION guard_{CREDENTIALS}() RETURNS trigger LANGUAGE plpgsql AS $guard$
        DECLARE changing text[] := ARRAY[{changing}];
        BEGIN
          IF TG_OP = 'TRUNCATE' THEN {refuse.format(DELETED)} END IF;
          IF TG_OP = 'DELETE' THEN
            IF OLD.snapshot -> 'demo' IS DISTINCT FROM 'true'::jsonb THEN {refuse.format(DELETED)} END IF;
            RETURN OLD;
          END IF;
          IF (to_jsonb(NEW) - changing) IS DISTINCT FROM (to_jsonb(OLD) - changing) OR {_broken_rules()}
          THEN {refuse.format(REWRITTEN)} END IF;
          RETURN NEW;
        END $guard$"""
    )
    cursor.execute(
        f"""
        CREATE OR REPLACE FUNCTION guard_{AUDIT}() RETURNS trigger LANGUAGE plpgsql AS $guard$
        BEGIN {refuse.format(AUDITED)} END $guard$"""
    )
    # Replacing a function waits for nobody; making a trigger waits for every writer: only where it is missing.
    cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid IN (%s::regclass, %s::regclass)", [CREDENTIALS, AUDIT])
    there = {name for (name,) in cursor.fetchall()}
    for name, table, when, each in POSTGRES_TRIGGERS:
        if f"guard_{name}" not in there:
            cursor.execute(f"CREATE TRIGGER guard_{name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION guard_{table}()")
