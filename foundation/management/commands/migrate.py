"""`manage.py migrate` that never blocks the site for long: on PostgreSQL it stops waiting for a lock, and tries again later."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

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


def migrations_gone(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the migrations of ours that a database has had and this release does not have, by app and name."""
    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}
    return sorted(
        f"{app}.{name}" for app, name in (loader.applied_migrations or {}) if app in ours and (app, name) not in loader.disk_migrations
    )


class Command(Migrate):
    """Django's own, with a limit on how long a change of a table may wait: whoever comes after it waits, too."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if gone := migrations_gone(connection):
            raise CommandError(
                f"This database was made by another release of Puente: it has had {len(gone)} migration(s) that this one does not know "
                f"(the first: {gone[0]}). Nothing was changed. A demo, or a database of development: delete it (the folder var/) and begin "
                "again. A site: run the release that made it, or put back a backup of this release."
            )
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
