"""What the database itself refuses to do to a certificate, whoever asks: rewriting it, and deleting it.

Of a certificate only `revoked_at`, `reason` and `replaced_by` may be filled, each once, and its link to the enrolment may
become empty (erasure). It is never deleted, unless it was made by a demonstration.
"""

from __future__ import annotations

from foundation.table_guards import TableGuard, raise_in_postgres, refuse, refuse_over

TABLE = "credentials_credential"
# Filled once, from the value given; every other column never changes, those of later migrations included.
FILLED_ONCE = {"revoked_at": "IS NULL", "reason": "= ''", "replaced_by_id": "IS NULL"}
EMPTIED = "enrolment_id"

REWRITTEN = "a certificate is never rewritten: only revoked_at, reason and replaced_by are filled, each once"
DELETED = "a certificate is never deleted"


def _broken_rules() -> str:
    """Return, in SQL of both databases, when an update fills what was filled before, or moves a certificate to another enrolment."""
    distinct = "NEW.{0} IS DISTINCT FROM OLD.{0}"
    rules = [f"(NOT (OLD.{column} {empty}) AND {distinct.format(column)})" for column, empty in FILLED_ONCE.items()]
    rules.append(f"({distinct.format(EMPTIED)} AND NEW.{EMPTIED} IS NOT NULL)")
    return " OR ".join(rules)


def _on_sqlite(columns: list[str]) -> dict[str, str]:
    """Return the triggers of SQLite by name."""
    fixed = [column for column in columns if column not in FILLED_ONCE and column != EMPTIED]
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in fixed)
    broken = _broken_rules().replace("IS DISTINCT FROM", "IS NOT")
    same = (
        "id = NEW.id OR code = NEW.code OR (revoked_at IS NULL AND NEW.revoked_at IS NULL AND enrolment_id = NEW.enrolment_id "
        "AND subject_kind = NEW.subject_kind AND subject_key = NEW.subject_key)"
    )
    return {
        "update": refuse("UPDATE", TABLE, REWRITTEN, f"{changed} OR {broken}"),
        "delete": refuse("DELETE", TABLE, DELETED, "json_extract(OLD.snapshot, '$.demo') IS NOT 1"),
        "replace": refuse_over(TABLE, REWRITTEN, same),
    }


def _on_postgres() -> str:
    """Return the body of PostgreSQL's function."""
    changing = ", ".join(f"'{column}'" for column in (*FILLED_ONCE, EMPTIED))
    return f"""
        DECLARE changing text[] := ARRAY[{changing}];
        BEGIN
          IF TG_OP = 'TRUNCATE' THEN {raise_in_postgres(DELETED)} END IF;
          IF TG_OP = 'DELETE' THEN
            IF OLD.snapshot -> 'demo' IS DISTINCT FROM 'true'::jsonb THEN {raise_in_postgres(DELETED)} END IF;
            RETURN OLD;
          END IF;
          IF (to_jsonb(NEW) - changing) IS DISTINCT FROM (to_jsonb(OLD) - changing) OR {_broken_rules()}
          THEN {raise_in_postgres(REWRITTEN)} END IF;
          RETURN NEW;
        END """


GUARD = TableGuard(TABLE, ("credentials", "0002_sql"), _on_sqlite, _on_postgres())
