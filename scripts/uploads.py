"""Read the uploads of the site one by one for a backup, whatever their storage, and put all of them back or none."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage, storages

from scripts.archive import CHUNK, MEDIA, BackupRefused, Entry


def names(folder: str = "") -> Iterator[str]:
    """Yield the name of every upload, folder by folder."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in sorted(files):
        yield f"{folder}/{file}" if folder else file
    for inner in sorted(folders):
        yield from names(f"{folder}/{inner}" if folder else inner)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes] | None]:
    """Open an upload; None if it was deleted a moment ago."""
    try:
        file = default_storage.open(name, "rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        yield file  # type: ignore[misc]


class Target(Protocol):
    """Where uploads are put back. Nothing is seen of them before `show`; `take_back` undoes all."""

    def is_empty(self) -> bool:
        """Whether there are no uploads."""

    def put(self, name: str, content: Iterator[bytes]) -> None:
        """Keep one."""

    def show(self) -> str:
        """Put them in their place; return where the former ones are kept, or ""."""

    def take_back(self) -> None:
        """Leave everything as it was."""


def target(kept_as: str) -> Target:
    """Return the way of putting uploads back that suits the storage."""
    storage = storages["default"]
    return Folder(Path(storage.location), kept_as) if isinstance(storage, FileSystemStorage) else Elsewhere()


class Folder:
    """A folder of this machine: filled beside the real one, then put in its place."""

    def __init__(self, root: Path, kept_as: str) -> None:
        self._root = root
        self._new, self._kept = root.with_name(f"{root.name}.restoring"), root.with_name(f"{root.name}.{kept_as}")
        self._is_shown = False
        shutil.rmtree(self._new, ignore_errors=True)

    def is_empty(self) -> bool:
        """Whether the folder is missing, or holds nothing."""
        return not self._root.is_dir() or not any(self._root.iterdir())

    def put(self, name: str, content: Iterator[bytes]) -> None:
        """Write one beside the real folder."""
        path = self._new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for chunk in content:
                file.write(chunk)

    def show(self) -> str:
        """Put the new folder in the place of the real one.

        Raises:
            BackupRefused: it can't be moved.
        """
        self._new.mkdir(parents=True, exist_ok=True)
        try:
            if self._root.exists():
                self._root.rename(self._kept)
            self._new.rename(self._root)
        except OSError as failure:
            self.take_back()
            advice = "A disk that is mounted at that very folder can’t be: let VAR_DIR be a folder on it."
            raise BackupRefused(f"{self._root} can’t be moved aside: {failure.strerror}. {advice}") from failure
        self._is_shown = True
        with suppress(OSError):
            # Only if it is empty.
            self._kept.rmdir()
        return str(self._kept) if self._kept.exists() else ""

    def take_back(self) -> None:
        """Bring the former folder back."""
        if self._is_shown:
            shutil.rmtree(self._root)
        if self._kept.exists():
            self._kept.rename(self._root)
        shutil.rmtree(self._new, ignore_errors=True)


class Elsewhere:
    """Any other storage: what is missing is added. A name that is taken by another content is refused: uploads are never overwritten."""

    def __init__(self) -> None:
        self._added: list[str] = []

    def is_empty(self) -> bool:
        """Whether it holds nothing."""
        return next(names(), None) is None

    def put(self, name: str, content: Iterator[bytes]) -> None:
        """Add one, unless it is there.

        Raises:
            BackupRefused: another stands under its name.
        """
        body = b"".join(content)
        if default_storage.exists(name):
            if hash_of(name) != hashlib.sha256(body).hexdigest():
                self.take_back()
                raise BackupRefused(f"The storage holds another file named {name}. Restore into an empty bucket or folder.")
            return
        stored = default_storage.save(name, ContentFile(body))
        self._added.append(stored)
        if stored != name:
            self.take_back()
            raise BackupRefused(f"The storage keeps {name} under another name. Restore into an empty bucket or folder.")

    def show(self) -> str:
        """They are there already."""
        return ""

    def take_back(self) -> None:
        """Delete what was added."""
        for name in self._added:
            default_storage.delete(name)
        self._added.clear()


def hash_of(name: str) -> str:
    """Return the hash of an upload, or "" if there is none."""
    digest = hashlib.sha256()
    with opened(name) as file:
        if file is None:
            return ""
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check(media: list[Entry]) -> None:
    """Read every upload back.

    Raises:
        BackupRefused: one is not what was stored.
    """
    for entry in media:
        if hash_of(entry.name.removeprefix(MEDIA)) != entry.sha256:
            raise BackupRefused(f"{entry.name} was not stored as it was sent. Look at the disk, or the storage, and restore again.")
