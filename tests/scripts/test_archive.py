"""An archive is whole or it is refused, before anything is written: cut off, a byte changed, something put in or taken out."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.archive import MANIFEST, SEAL, BackupRefused, Manifest, is_media, new_archive, read

FILES = {"media/documents/a.pdf": b"%PDF" + b"a" * 5000, "media/images/ñandú 1.png": b"\x89PNG" + b"b" * 3000}
DATABASE = ("database.sqlite3", b"SQLite format 3\0" + b"c" * 20_000)


def make(path: Path) -> Manifest:
    """A small archive."""
    with new_archive(path) as archive:
        database = archive.add(DATABASE[0], io.BytesIO(DATABASE[1]))
        media = [archive.add(name, io.BytesIO(body)) for name, body in FILES.items()]
        manifest = Manifest("2026-01-01T00:00:00+00:00", "1.0", "sqlite", "SQLite 3", {"t": 1}, {"learning": ["0001"]}, database, media)
        archive.seal(manifest)
    return manifest


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "good.tar"
    make(path)
    return path


def test_what_was_put_in_comes_out(tmp_path: Path) -> None:
    made = make(tmp_path / "a.tar")
    taken: dict[str, bytes] = {}
    assert read(tmp_path / "a.tar", lambda name, content: taken.update({name: b"".join(content)})) == made
    assert taken == {**FILES, DATABASE[0]: DATABASE[1]}


def test_only_its_owner_may_read_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600


def test_an_archive_that_fails_half_way_has_no_name(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with new_archive(tmp_path / "half.tar") as half:
            half.add("database.dump", io.BytesIO(b"x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_cut_off_anywhere_is_refused(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    # What follows the last file is only padding.
    with tarfile.open(archive) as tar:
        last = tar.getmembers()[-1]
        end = last.offset_data + last.size
    cut = tmp_path / "cut.tar"
    for length in {0, 1, 511, 512, 513, *range(0, end, 997), end - 1}:
        cut.write_bytes(whole[:length])
        with pytest.raises(BackupRefused):
            read(cut)


def test_one_with_a_changed_byte_anywhere_in_a_file_is_refused(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    changed = tmp_path / "changed.tar"
    with tarfile.open(archive) as tar:
        places = {member.offset_data + offset for member in tar for offset in (0, member.size // 2, member.size - 1)}
    for place in places:
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupRefused):
            read(changed)


def rewritten(archive: Path, path: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], Any]) -> Path:
    """The archive with other members."""
    with tarfile.open(archive) as tar:
        members = [(member, ((source := tar.extractfile(member)) and source.read()) or b"") for member in tar]
    change(members)
    with tarfile.open(path, "w") as tar:
        for info, body in members:
            tar.addfile(info, io.BytesIO(body))
    return path


def odd(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


@pytest.mark.parametrize(
    "member",
    [
        odd("media/../../etc/passwd"),
        odd("/etc/passwd"),
        odd("../media/a"),
        odd("media/"),
        odd("media//a"),
        odd("media/./a"),
        odd("media/a\\..\\b"),
        odd("elsewhere/a"),
        odd("media/documents/a.pdf"),
        odd("media/link", tarfile.SYMTYPE, "/etc/passwd"),
        odd("media/link", tarfile.LNKTYPE, "database.sqlite3"),
        odd("media/device", tarfile.CHRTYPE),
        odd("media/pipe", tarfile.FIFOTYPE),
        odd("media/folder", tarfile.DIRTYPE),
        odd("media/new.txt"),
    ],
    ids=lambda member: f"{member[0].name}-{member[0].type.decode()}",
)
def test_what_was_put_in_later_is_refused(archive: Path, tmp_path: Path, member: tuple[tarfile.TarInfo, bytes]) -> None:
    taken: list[str] = []
    path = rewritten(archive, tmp_path / "more.tar", lambda members: members.insert(1, member))
    with pytest.raises(BackupRefused):
        read(path)
    assert taken == []


def test_what_was_taken_out_or_comes_after_the_end_is_refused(archive: Path, tmp_path: Path) -> None:
    for place in range(5):
        with pytest.raises(BackupRefused):
            read(rewritten(archive, tmp_path / "less.tar", lambda members, place=place: members.pop(place)))  # type: ignore[misc]
    with pytest.raises(BackupRefused):
        read(rewritten(archive, tmp_path / "after.tar", lambda members: members.append(odd("media/late.txt"))))


def with_manifest(archive: Path, path: Path, **changes: Any) -> Path:
    """The archive with another manifest, sealed anew."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        stored = json.loads(members[-2][1]) | changes
        body = json.dumps(stored).encode()
        for place, (name, content) in zip((-2, -1), ((MANIFEST, body), (SEAL, hashlib.sha256(body).hexdigest().encode())), strict=True):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            members[place] = (info, content)

    return rewritten(archive, path, change)


@pytest.mark.parametrize(
    ("changes", "words"), [({"format": 2}, "Install the release"), ({"media": 5}, "can’t be read"), ({"more": 1}, "can’t be read")]
)
def test_a_manifest_of_another_form_is_refused(archive: Path, tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BackupRefused, match=words):
        read(with_manifest(archive, tmp_path / "other.tar", **changes))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.tar").write_text("not a tar")
    for name in ("text.tar", "missing.tar", "."):
        with pytest.raises(BackupRefused):
            read(tmp_path / name)


def test_names_of_uploads() -> None:
    assert is_media("media/a") and is_media("media/ä/ö ü.pdf")  # noqa: PT018
    assert not any(map(is_media, ("media", "media/", "a", "/media/a", "media/../a", "media/a/..", "media/a/", "medial/a")))
