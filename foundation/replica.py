"""The replica for reports: a second, read-only database that only reports use.

`DATABASE_REPLICA_URL` names a PostgreSQL that follows the first one (hot standby). Nothing goes there by itself: pages, the
record and the admin read what they have written, from the first database. A report asks through `from_replica`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.utils import timezone

REPLICA = "replica"
T = TypeVar("T")
logger = logging.getLogger(__name__)

# Until when the replica has followed: now, if everything that it has received is applied and more is coming.
_AS_OF = """
SELECT CASE
  WHEN NOT pg_is_in_recovery() THEN now()
  WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) THEN now()
  ELSE pg_last_xact_replay_timestamp()
END
"""


class ReplicaRouter:
    """Keeps everything on the first database: what was read from the replica is written, and followed further, there."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        """Rows of both are the same rows."""
        return True if {one._state.db, other._state.db} <= {DEFAULT_DB_ALIAS, REPLICA} else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """What the first database does, the replica follows by itself."""
        return False if db == REPLICA else None


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What a report read. `as_of` is until when its source had followed the first database; None: it could not be said."""

    value: T
    from_replica: bool
    as_of: datetime | None
    fell_back: bool = False


def from_replica(read: Callable[[str], T]) -> Read[T]:
    """Read a report from the replica where there is one, and from the first database where it does not answer.

    Args:
        read: is given the alias for `.using()`, and must have read everything when it returns. May be called twice.
    """
    if REPLICA not in connections.settings:
        return Read(read(DEFAULT_DB_ALIAS), from_replica=False, as_of=timezone.now())
    try:
        as_of = _as_of()
        return Read(read(REPLICA), from_replica=True, as_of=as_of)
    except (DatabaseError, InterfaceError):
        # Down, restarting, behind a migration, or it had to give up this query to go on following.
        logger.warning("The replica for reports does not answer; the first database does.", exc_info=True)
        connections[REPLICA].close()
        return Read(read(DEFAULT_DB_ALIAS), from_replica=False, as_of=timezone.now(), fell_back=True)


def _as_of() -> datetime | None:
    """Return until when the replica has followed.

    Raises:
        OperationalError: it does not answer.
    """
    connection = connections[REPLICA]
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_AS_OF)
        found: datetime | None = cursor.fetchone()[0]
    return found
