"""`make restore`: put an archive of `make backup` back, whole or not at all.

The archive is read from end to end first; then the uploads are written beside the real ones, put in their place, and last the
database is restored in one transaction (SQLite: as a new file that takes the old one's name). If that fails, the uploads go back.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings
from django.core.cache import cache
from django.db.migrations.loader import MigrationLoader

from core.generation import leap
from scripts import dumps, uploads
from scripts.archive import MEDIA, BackupRefused, Manifest, read


def restore(path: Path, *, force: bool) -> tuple[Manifest, list[str]]:
    """Restore an archive. Returns what it holds, and where former data is kept.

    Args:
        force: whether what is there now may be replaced.

    Raises:
        BackupRefused: why not; everything is as it was.
    """
    manifest = read(path)
    _refuse_foreign(manifest, dumps.engine())
    kept_as = f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    media = uploads.target(kept_as)
    if not force and not (dumps.is_empty() and media.is_empty()):
        raise BackupRefused(
            "There is a database here, or uploads, that a restore would replace. To replace them:  make restore FROM=… FORCE=1"
        )
    kept = _put_in_place(path, manifest, media, kept_as)
    # Pages are kept under the number of a content generation, which has gone back: to one that was never there, for all
    # whose memory still holds pages under the numbers to come. Then emptying the cache is only tidiness.
    leap()
    cache.clear()
    return manifest, [place for place in kept if place]


def _put_in_place(path: Path, manifest: Manifest, media: uploads.Target, kept_as: str) -> list[str]:
    """Write uploads and database from the archive, or nothing. Returns where former data is kept."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    work = tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix="restore-", ignore_cleanup_errors=True)
    try:
        copy = Path(work.name) / "database"

        def take(name: str, content: Iterator[bytes]) -> None:
            if name.startswith(MEDIA):
                media.put(name.removeprefix(MEDIA), content)
            elif name == manifest.database.name:
                with copy.open("xb") as file:
                    for chunk in content:
                        file.write(chunk)

        # A second time, and checked again: it may have changed since.
        if read(path, take) != manifest:
            raise BackupRefused(f"{path} changed while it was read. Restore from a copy that nobody writes to.")
        kept = [media.show()]
        uploads.check(manifest.media)
        kept.append(dumps.restore(copy, manifest.tables, kept_as=kept_as))
    except OSError as failure:
        _take_back(media)
        raise BackupRefused(f"Nothing was restored: {failure.strerror or failure} ({failure.filename}).") from failure
    except BaseException:
        _take_back(media)
        raise
    finally:
        # That it could not be tidied up takes nothing back.
        work.cleanup()
    return kept


def _take_back(media: uploads.Target) -> None:
    media.take_back()
    dumps.forget_bare_file()


def _refuse_foreign(manifest: Manifest, engine: str) -> None:
    if manifest.engine != engine:
        raise BackupRefused(
            f"The archive is of {manifest.engine}, and DATABASE_URL names {engine}. Restore it into the kind that it came from."
        )
    known: dict[str, set[str]] = {}
    for (app, name), migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        known.setdefault(app, set()).add(name)
        for replaced_app, replaced in migration.replaces:
            known.setdefault(replaced_app, set()).add(replaced)
    # Migrations ask for the database's version when they are read.
    dumps.forget_bare_file()
    unknown = [f"{app}.{name}" for app, names in manifest.migrations.items() for name in names if name not in known.get(app, set())]
    if unknown:
        raise BackupRefused(
            f"The archive was made by a newer release ({manifest.release}; this is {settings.RELEASE}), which knows {unknown[0]}. "
            "Install that release, restore, and go on from there."
        )


def main() -> None:
    """Read the arguments, restore, and say what to do next."""
    parser = argparse.ArgumentParser(prog="make restore", description=__doc__)
    parser.add_argument("archive", type=Path, help="the archive")
    parser.add_argument("--force", action="store_true", help="replace what is there now")
    parser.add_argument("--check", action="store_true", help="only read it from end to end, and say what it holds")
    options = parser.parse_args()
    django.setup()
    try:
        manifest, kept = (read(options.archive), []) if options.check else restore(options.archive, force=options.force)
    except BackupRefused as refusal:
        sys.exit(f"Nothing was changed. {refusal}")
    sys.stdout.write(
        f"{'Whole' if options.check else 'Restored'}: release {manifest.release} of {manifest.made_at}, {manifest.server}, "
        f"{len(manifest.tables)} tables with {sum(manifest.tables.values())} rows, {len(manifest.media)} uploads.\n"
    )
    for place in kept:
        sys.stdout.write(f"What was there before is kept as {place}: delete it when you no longer need it.\n")
    if not options.check:
        sys.stdout.write(
            "Now run  scripts/with_env.sh -m scripts.prepare  for this release's migrations; then start web server and task worker.\n"
        )


if __name__ == "__main__":
    main()
