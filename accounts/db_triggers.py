"""What the database itself refuses to do to the audit trail, whoever asks: an entry is written, and that is all."""

from __future__ import annotations

from foundation.table_guards import TableGuard, raise_in_postgres, refuse, refuse_over

TABLE = "accounts_auditentry"
AUDITED = "the audit trail is never changed"


def _on_sqlite(columns: list[str]) -> dict[str, str]:
    """Return the triggers of SQLite by name."""
    return {
        "update": refuse("UPDATE", TABLE, AUDITED),
        "delete": refuse("DELETE", TABLE, AUDITED),
        "replace": refuse_over(TABLE, AUDITED, "id = NEW.id"),
    }


GUARD = TableGuard(TABLE, ("accounts", "0002_sql"), _on_sqlite, f" BEGIN {raise_in_postgres(AUDITED)} END ")
