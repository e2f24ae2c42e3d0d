"""The migrated database of SQLite, kept from one run to the next: migrating takes most of a start, and all but the first can copy.

A template is kept under a fingerprint of everything that decides what migrating makes: all source of the product (triggers
and rights come from modules beside the migrations) and the version of every package that is installed. So it is never
stale; whatever else is kept is thrown away. The copy is migrated, too: nothing is left to do, but `post_migrate` is sent.

Of workers that start at once one migrates while the others wait. The file appears whole or not at all, and the lock goes with
the process that holds it: an interrupted run leaves nothing behind that the next would believe.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scripts.locks import one_at_a_time
from tests.architecture.floors import FLOORS


def fingerprint(sources: list[Path], versions: list[str]) -> str:
    """A digest of names and contents of files, and of versions."""
    digest = hashlib.sha256("\n".join(sorted(versions)).encode())
    for path in sorted(sources):
        digest.update(f"\n{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:32]


def sources(root: Path) -> list[Path]:
    """All source of the product: of each floor of the house."""
    packages = [root / floor for floor in FLOORS]
    return [path for package in packages for path in package.rglob("*.py")]


def versions() -> list[str]:
    """Name and version of every installed package, and of SQLite."""
    return [*(f"{found.name} {found.version}" for found in distributions()), f"sqlite {sqlite3.sqlite_version}"]


class Template:
    """A kept database in a folder, under its fingerprint."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.file = folder, folder / f"{key}.sqlite3"
        self.was_copied = False

    def copy_into(self, database: sqlite3.Connection) -> bool:
        """Copy what is kept into an empty database; returns whether there was anything whole to copy."""
        if not self.file.exists():
            return False
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as kept:
            try:
                is_whole = kept.execute("PRAGMA quick_check").fetchone() == ("ok",)
            except sqlite3.DatabaseError:
                is_whole = False
            if is_whole:
                kept.backup(database)
        self.was_copied = is_whole
        return is_whole

    def keep(self, database: sqlite3.Connection) -> None:
        """Keep a database in place of all that is kept."""
        made = self.folder / f"{self.file.name}.{os.getpid()}"
        with closing(sqlite3.connect(made)) as copy:
            database.backup(copy)
        for old in self.folder.glob("*.sqlite3*"):
            if old != made:
                old.unlink(missing_ok=True)
        made.replace(self.file)

    def make_unless_kept(self, root: Path) -> None:
        """Migrate a database beside the tests, in a process of its own, if none is kept."""
        if self.file.exists():
            return
        with one_at_a_time(self.folder):
            if self.file.exists():  # others have made it meanwhile
                return
            with TemporaryDirectory() as folder:
                made = Path(folder) / "made.sqlite3"
                env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": f"sqlite:///{made}"}
                subprocess.run([sys.executable, "manage.py", "migrate", "--run-syncdb", "-v0"], env=env, check=True, cwd=root)
                with closing(sqlite3.connect(made)) as database:
                    self.keep(database)


def kept_template(config: pytest.Config) -> Template | None:
    """The template of this source; None where pytest keeps nothing."""
    cache: pytest.Cache | None = getattr(config, "cache", None)
    return Template(cache.mkdir("puente-database"), fingerprint(sources(config.rootpath), versions())) if cache else None


def copied_first(create: Callable[..., str], template: Template, held: ExitStack) -> Callable[..., str]:
    """What makes Django's empty database in memory, followed by a copy of the template into it.

    The database is there as long as something has it open: `held` keeps it until Django does.
    """

    def create_and_copy(*arguments: object, **named: object) -> str:
        name = create(*arguments, **named)
        opened = held.enter_context(closing(sqlite3.connect(name, uri=True, check_same_thread=False)))
        template.copy_into(opened)
        return name

    return create_and_copy
