"""A database of another release is not touched: the command says what to do."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from foundation.management.commands.migrate import migrations_gone

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_database_of_this_release_is_migrated() -> None:
    assert migrations_gone(connection) == []
    call_command("migrate", verbosity=0)


def test_a_database_that_has_had_migrations_of_another_release_is_refused() -> None:
    MigrationRecorder(connection).record_applied("learning", "0004_guards")
    MigrationRecorder(connection).record_applied("somebody_else", "0001_initial")
    assert migrations_gone(connection) == ["learning.0004_guards"]
    with pytest.raises(CommandError, match=r"another release.*learning\.0004_guards.*Nothing was changed"):
        call_command("migrate", verbosity=0)
