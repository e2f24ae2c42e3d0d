"""`make backup`: make one archive of the database and the uploads, while the site runs.

The database first, as of one moment, and the uploads after it: a row never names a file that was not there yet. What is deleted
between the two is missing, as it is on the site.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings

from scripts import dumps, uploads
from scripts.archive import DATABASE, MEDIA, BackupRefused, Entry, Manifest, Writer, new_archive


def back_up(folder: Path) -> tuple[Path, Manifest]:
    """Make an archive in a folder. Returns where it is, and what it holds.

    Raises:
        BackupRefused: why not; there is then no archive.
    """
    made_at = datetime.now(UTC)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"puente-{made_at:%Y%m%dT%H%M%SZ}.tar"
        if path.exists():
            raise BackupRefused(f"{path} exists already.")
        with tempfile.TemporaryDirectory(dir=folder, prefix="backup-") as work, new_archive(path) as archive:
            copy = Path(work) / "database"
            dumped = dumps.dump(copy)
            with copy.open("rb") as file:
                database = archive.add(DATABASE[dumps.engine()], file)
            copy.unlink()
            manifest = Manifest(
                made_at=made_at.isoformat(timespec="seconds"),
                release=settings.RELEASE,
                engine=dumps.engine(),
                server=dumped.server,
                tables=dumped.tables,
                migrations=dumped.migrations,
                database=database,
                media=_add_uploads(archive),
            )
            archive.seal(manifest)
    except OSError as failure:
        raise BackupRefused(
            f"{folder} can’t be written to: {failure.strerror or failure}. Name another one:  make backup TO=…"
        ) from failure
    return path, manifest


def _add_uploads(archive: Writer) -> list[Entry]:
    added = []
    for name in uploads.names():
        with uploads.opened(name) as file:
            if file is not None:
                added.append(archive.add(MEDIA + name, file))
    return added


def main() -> None:
    """Read the arguments, make the archive, and say where it is."""
    parser = argparse.ArgumentParser(prog="make backup", description=__doc__)
    parser.add_argument("to", type=Path, help="the folder for the archive")
    options = parser.parse_args()
    django.setup()
    began = time.monotonic()
    try:
        path, manifest = back_up(options.to)
    except BackupRefused as refusal:
        sys.exit(f"No backup was made. {refusal}")
    rows, seconds = sum(manifest.tables.values()), time.monotonic() - began
    sys.stdout.write(
        f"{path}\n{manifest.server}, {len(manifest.tables)} tables with {rows} rows, {len(manifest.media)} uploads; "
        f"{path.stat().st_size / 1e6:.1f} MB in {seconds:.1f} s\n"
        "It holds personal data, and no secret of the environment file: keep both safe, and not in one place.\n"
    )


if __name__ == "__main__":
    main()
