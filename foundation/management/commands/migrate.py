"""`manage.py migrate` that never blocks the site for long: on PostgreSQL it stops waiting for a lock, and tries again later."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import DatabaseError, InterfaceError, OperationalError, connections

# PostgreSQL: lock_not_available.
GIVEN_UP = "55P03"
# Seconds between tries: enough for those who waited behind it to be served.
PAUSE = 2.0
_HOLDERS = """
SELECT pid, floor(extract(epoch FROM now() - xact_start))::int, state, left(regexp_replace(query, '\\s+', ' ', 'g'), 80)
FROM pg_stat_activity
WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()
ORDER BY xact_start LIMIT 3
"""


class Command(Migrate):
    """Django's own, with a limit on how long a change of a table may wait: whoever comes after it waits, too."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        limit, tries = settings.MIGRATION_LOCK_TIMEOUT, settings.MIGRATION_LOCK_TRIES
        for attempt in range(1, tries + 1):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{round(limit * 1000)}ms"])
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != GIVEN_UP:
                    raise
                self._give_up(connection, attempt, tries, limit)
            finally:
                # A connection that has died has said why already.
                with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    def _give_up(self, connection: Any, attempt: int, tries: int, limit: float) -> None:
        """Say what is in the way, and wait for the next try.

        Raises:
            CommandError: that was the last.
        """
        with connection.cursor() as cursor:
            cursor.execute(_HOLDERS)
            holders = "".join(f"\n  process {pid}, for {seconds} s, {state}: {query}" for pid, seconds, state, query in cursor.fetchall())
        if attempt < tries:
            self.stderr.write(f"\nAnother transaction holds a lock; given up after {limit:g} s so that nobody waits longer. Trying again.")
            time.sleep(PAUSE)
            return
        raise CommandError(
            f"The migration got no lock on its table in {tries} tries of {limit:g} s, and was not applied; those before it are. "
            "Run `manage.py migrate` again when the transactions in its way have ended. MIGRATION_LOCK_TIMEOUT (seconds) waits longer, "
            f"and so does everyone who uses the table meanwhile. The oldest transactions:{holders or ' none now.'}"
        )
