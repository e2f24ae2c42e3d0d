"""The archive of a backup: one tar with the database, the uploads and, last, a list of them that is sealed with its hash.

Whatever is wrong with a file is found by reading it once, before anything is written anywhere: it is cut off, a byte has
changed, something was put in or taken out, or a name leads out of the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
DATABASE = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
MEDIA = "media/"
CHUNK = 1 << 20
# What is smaller is not written to a disk twice.
IN_MEMORY = 16 << 20
LARGEST_MANIFEST = 1 << 30


class BackupRefused(Exception):
    """A backup can't be made or restored. The message says why, and what to do; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its name in the archive, its bytes, and their hash."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. `tables` counts rows; `migrations` names what was applied, by app."""

    made_at: str
    release: str
    engine: str
    server: str
    tables: dict[str, int]
    migrations: dict[str, list[str]]
    database: Entry
    media: list[Entry] = field(default_factory=list)
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return it as it is stored."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, body: bytes) -> Manifest:
        """Read it.

        Raises:
            BackupRefused: it is not one, or of a form that this release does not know.
        """
        try:
            stored: dict[str, Any] = json.loads(body)
            if stored["format"] != FORMAT:
                raise BackupRefused(
                    f"The archive has the form {stored['format']}; this release reads {FORMAT}. Install the release of the archive."
                )
            stored["database"] = Entry(**stored["database"])
            stored["media"] = [Entry(**entry) for entry in stored["media"]]
            return cls(**stored)
        except (ValueError, KeyError, TypeError) as failure:
            raise BackupRefused("The archive’s manifest can’t be read: it is not a backup of this software, or it is damaged.") from failure


class Writer:
    """Puts files into a new archive."""

    def __init__(self, tar: tarfile.TarFile, folder: Path) -> None:
        self._tar, self._folder = tar, folder

    def add(self, name: str, source: IO[bytes]) -> Entry:
        """Put in what a file holds. It may grow or shrink meanwhile: what was read is what is kept."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(self._folder)) as spool:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                spool.write(chunk)
            size = spool.tell()
            spool.seek(0)
            info = tarfile.TarInfo(name)
            info.size, info.mode = size, 0o600
            self._tar.addfile(info, spool)
        return Entry(name, size, digest.hexdigest())

    def seal(self, manifest: Manifest) -> None:
        """Put in the manifest and its hash: after it nothing may come."""
        body = manifest.to_json()
        for name, content in ((MANIFEST, body), (SEAL, hashlib.sha256(body).hexdigest().encode())):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o600
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
                spool.write(content)
                spool.seek(0)
                self._tar.addfile(info, spool)


@contextmanager
def new_archive(path: Path) -> Iterator[Writer]:
    """Write an archive that only its owner may read. It has its name only once it is whole and on the disk."""
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield Writer(tar, path.parent)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def read(path: Path, take: Callable[[str, Iterator[bytes]], None] | None = None) -> Manifest:
    """Read an archive from end to end, check everything in it, and return its manifest.

    Args:
        take: is given each file, by its name and its content in chunks, as it comes: for what was checked before.

    Raises:
        BackupRefused: it is not whole, or not as it was made.
    """
    found: dict[str, Entry] = {}
    last: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                _refuse_odd(member, found, last)
                source = tar.extractfile(member)
                if source is None:
                    raise BackupRefused(f"The archive holds {member.name!r}, which is no file. It was not made by this software.")
                if member.name in (MANIFEST, SEAL):
                    last[member.name] = source.read()
                else:
                    found[member.name] = _entry(member, source, take)
    except (tarfile.TarError, EOFError) as failure:
        raise BackupRefused(f"{path} is cut off or damaged, or no backup: {failure}. Take another one.") from failure
    except OSError as failure:
        raise BackupRefused(f"{path} can’t be read: {failure.strerror or failure}.") from failure
    return _checked(path, found, last)


def _refuse_odd(member: tarfile.TarInfo, found: dict[str, Entry], last: dict[str, bytes]) -> None:
    """Refuse what no archive of ours holds: links and devices, doubles, and names that lead elsewhere."""
    name = member.name
    if not member.isfile() or name in found or name in last or SEAL in last:
        raise BackupRefused(
            f"The archive holds {name!r}, which is a link, a double, or comes after the end. It was not made by this software."
        )
    if name not in (MANIFEST, SEAL, *DATABASE.values()) and not is_media(name):
        raise BackupRefused(f"The archive holds {name!r}, which leads out of its folder. It was not made by this software.")
    if name in (MANIFEST, SEAL) and member.size > LARGEST_MANIFEST:
        raise BackupRefused("The archive’s manifest is too large to be one.")


def is_media(name: str) -> bool:
    """Whether a name is that of an upload, inside its folder however it is read."""
    path = PurePosixPath(name)
    return (
        name.startswith(MEDIA)
        and len(path.parts) > 1
        and ".." not in path.parts
        and str(path) == name
        and not any(character in name for character in "\\\0\n\r")
    )


def _entry(member: tarfile.TarInfo, source: IO[bytes], take: Callable[[str, Iterator[bytes]], None] | None) -> Entry:
    digest, size = hashlib.sha256(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal size
        while chunk := source.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
            yield chunk

    content = chunks()
    if take is not None:
        take(member.name, content)
    for _rest in content:
        pass
    return Entry(member.name, size, digest.hexdigest())


def _checked(path: Path, found: dict[str, Entry], last: dict[str, bytes]) -> Manifest:
    body = last.get(MANIFEST)
    if body is None or SEAL not in last:
        raise BackupRefused(f"{path} has no manifest at its end: it is cut off, or no backup. Take another one.")
    if hashlib.sha256(body).hexdigest().encode() != last[SEAL].strip():
        raise BackupRefused(f"The manifest of {path} is not what was written: the file is damaged. Take another one.")
    manifest = Manifest.from_json(body)
    listed = {entry.name: entry for entry in (manifest.database, *manifest.media)}
    for name in sorted(listed.keys() | found.keys()):
        if listed.get(name) != found.get(name):
            raise BackupRefused(f"{name} in {path} is not what was written: the file is damaged. Take another one.")
    return manifest
