"""The drill: a site with content, a record and uploads is backed up while it is written to, and restored in another place, the same."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.conftest import World
from tests.faults.invariant import Ledger
from tests.faults.parts import ROOT, SECONDS, Stage

pytestmark = pytest.mark.xdist_group("faults")


class Place:
    """Another place to restore into: its own database, empty, and its own uploads, none."""

    def __init__(self, world: World, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.env = {**world.env, "VAR_DIR": str(folder), "DATABASE_URL": database_url}
        self.stage = Stage(self.env)
        self.world = replace(world, env=self.env, stage=self.stage, postgres=None)

    def restore(self, archive: Path, **flags: bool) -> list[str]:
        """Restore an archive that must be good; return where former data is kept."""
        answer = self.stage("restore", archive=str(archive), **flags)
        assert "refused" not in answer, answer["refused"]
        return answer["kept"]  # type: ignore[no-any-return]

    def refusal(self, archive: Path, **flags: bool) -> str:
        """Restore an archive that must be refused; return why it is."""
        answer = self.stage("restore", archive=str(archive), **flags)
        assert "kept" not in answer
        return answer["refused"]  # type: ignore[no-any-return]

    def files(self) -> list[str]:
        """Everything in the folder of uploads and SQLite."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".log")


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    """A site on either database."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    made: World = request.getfixturevalue("on_postgres" if request.param == "postgresql" else "on_sqlite")
    return made


@pytest.fixture
def place(world: World, tmp_path: Path) -> Iterator[Place]:
    """Another place, empty."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if world.postgres is None:
        made = Place(world, folder, f"sqlite:///{folder / 'puente.sqlite3'}")
    else:
        with world.postgres.connect() as connection:
            connection.execute("CREATE DATABASE elsewhere TEMPLATE template0")
        made = Place(world, folder, world.env["DATABASE_URL"].rsplit("/", 1)[0] + "/elsewhere")
    yield made
    made.stage.kill()
    if world.postgres is not None:
        with world.postgres.connect() as connection:
            connection.execute("DROP DATABASE elsewhere WITH (FORCE)")


def back_up(world: World, folder: Path) -> Path:
    """Make a backup; return the archive."""
    archive = Path(world.stage("backup", folder=str(folder)))
    assert list(folder.iterdir()) == [archive]
    return archive


def has_nothing(place: Place, world: World) -> bool:
    """Whether neither a file nor a table was made."""
    if place.files():
        return False
    if world.postgres is None:
        return True
    with psycopg.connect(host=str(world.postgres.folder), user="puente", dbname="elsewhere") as connection:
        return connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def rewritten(archive: Path, path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """An archive with another manifest, sealed anew: it is whole, and what it says is not true."""
    with tarfile.open(archive) as old, tarfile.open(path, "w") as new:
        for member in old.getmembers()[:-2]:
            new.addfile(member, old.extractfile(member))
        source = old.extractfile("manifest.json")
        assert source
        manifest = json.load(source)
        change(manifest)
        body = json.dumps(manifest).encode()
        for name, content in (("manifest.json", body), ("manifest.sha256", hashlib.sha256(body).hexdigest().encode())):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return path


def test_what_is_restored_elsewhere_is_the_same_and_replaced_only_if_asked(world: World, place: Place, tmp_path: Path) -> None:
    world.stage("fill_in")
    then = world.stage("contents")
    assert set(then["named"]) <= set(then["media"])
    assert len(then["media"]) >= 5
    first = back_up(world, tmp_path / "first")
    assert world.stage("contents") == then
    # Nothing was there that would have to be kept, and nothing of the work is left.
    assert place.restore(first) == []
    assert place.stage("contents") == then
    assert not [name for name in place.files() if "restor" in name or name.endswith(".part")]
    # It is alive: new rows get numbers that are free.
    assert place.stage("learners", number=2, devices=1)
    place.world.check([])

    world.stage("fill_in")
    now = world.stage("contents")
    assert now != then
    second = back_up(world, tmp_path / "second")
    changed = place.stage("contents")
    assert "FORCE=1" in place.refusal(second)
    assert place.stage("contents") == changed
    before = max(place.stage("generation"), world.stage("generation"))
    kept = place.restore(second, force=True)
    assert place.stage("generation") > before, "nobody's memory holds pages under a number that is still to come"
    assert len(kept) == (2 if world.postgres is None else 1)
    assert all(Path(name).exists() for name in kept)
    assert place.stage("contents") == now


def copy_of(ledger: Ledger) -> Ledger:
    """A ledger as it is now, while its device goes on writing into it."""
    return Ledger(ledger.learner, {course: set(steps) for course, steps in [*ledger.acknowledged.items()]})


def test_a_backup_under_load_is_of_one_moment(world: World, place: Place, tmp_path: Path) -> None:
    """Taken while devices write: what was acknowledged before it began is in it, counts equal bits, and nothing exists twice."""
    with world.site() as site:
        crowd = world.crowd(site, 4)
        with crowd.at_work():
            crowd.wait_for_more(20)
            before = [
                Ledger(ledger.learner, {course: set(steps) for course, steps in [*ledger.acknowledged.items()]}) for ledger in crowd.ledgers
            ]
            archive = back_up(world, tmp_path / "backups")
            crowd.wait_for_more(10)
    place.restore(archive)
    assert sum(ledger.size for ledger in before) > 0
    place.world.check(before)


def test_bad_archives_are_refused_with_nothing_written(world: World, place: Place, tmp_path: Path) -> None:
    archive = back_up(world, tmp_path / "backups")
    body = archive.read_bytes()
    with tarfile.open(archive) as tar:
        database = tar.getmembers()[0]
    middle = database.offset_data + database.size // 2
    bad = tmp_path / "bad.tar"

    def refused(force: bool) -> str:
        said = place.refusal(bad, force=force)
        assert has_nothing(place, world)
        return said

    for force in (False, True):
        bad.write_bytes(body[: len(body) * 3 // 4])
        assert "cut off" in refused(force)
        bad.write_bytes(body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :])
        assert "is not what was written" in refused(force)
        bad.write_bytes(body)
        with tarfile.open(bad, "a") as tar:
            tar.addfile(tarfile.TarInfo("media/../../outside"))
        assert "not made by this software" in refused(force)
        rewritten(archive, bad, lambda manifest: manifest["migrations"]["learning"].append("9999_new"))
        assert "newer release" in refused(force)
        rewritten(archive, bad, lambda manifest: manifest.update(engine="sqlite" if world.postgres else "postgresql"))
        assert "Restore it into the kind" in refused(force)
        # Found last of all, when everything is restored and can be counted: then it is all taken back.
        rewritten(archive, bad, lambda manifest: manifest["tables"].update(learning_enrolment=1))
        assert "rows" in refused(force)
    assert not (tmp_path / "outside").exists()

    place.restore(archive)
    before = place.stage("contents"), place.files()
    assert "rows" in place.refusal(bad, force=True)
    assert (place.stage("contents"), place.files()) == before


def test_a_running_site_on_sqlite_is_not_restored_under_its_feet(on_sqlite: World, tmp_path: Path) -> None:
    """Its file is not taken away from it. PostgreSQL takes turns by locks."""
    archive = back_up(on_sqlite, tmp_path / "backups")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    place = Place(on_sqlite, folder, f"sqlite:///{folder / 'puente.sqlite3'}")
    try:
        place.restore(archive)
        before = place.stage("contents")["media"], sorted(place.folder.glob("*.before*"))
        with place.world.site() as site:
            assert site.is_ready()
            assert "Stop the web server and the task worker first" in place.refusal(archive, force=True)
            assert site.is_ready()
        assert (place.stage("contents")["media"], sorted(place.folder.glob("*.before*"))) == before
        assert place.restore(archive, force=True)
    finally:
        place.stage.kill()


def test_a_restore_into_a_database_in_use_gives_up(on_postgres: World, postgres: Any, tmp_path: Path) -> None:
    """PostgreSQL: somebody is writing and does not end. It waits for a while, and then leaves everything as it was."""
    archive = back_up(on_postgres, tmp_path / "backups")
    before = on_postgres.stage("contents")
    with postgres.connect() as connection:
        connection.execute("BEGIN; UPDATE learning_enrolment SET language = 'en' WHERE id = (SELECT min(id) FROM learning_enrolment)")
        said = on_postgres.stage("restore", archive=str(archive), force=True)["refused"]
        connection.execute("ROLLBACK")
    assert "Stop the web server and the task worker first" in said
    assert on_postgres.stage("contents") == before


def test_make_says_where_the_backup_is_and_why_not(on_sqlite: World, tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not on this machine (Debian: apt-get install make)")

    def make(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**on_sqlite.env, "MAKEFLAGS": "", "PATH": os.environ["PATH"]}
        return subprocess.run(["make", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)

    made = make("backup", f"TO={tmp_path}/backups")
    assert made.returncode == 0, made.stderr
    archive = made.stdout.splitlines()[0]
    assert make("restore", f"FROM={archive}", "CHECK=1").stdout.startswith("Whole:")
    refused = make("restore", f"FROM={archive}")
    assert refused.returncode != 0
    assert refused.stderr.startswith("Nothing was changed.")
    assert "FORCE=1" in refused.stderr
    for answer, words in ((make("restore"), "Say which archive"), (make("backup", "TO=/proc/nowhere"), "can’t be written to")):
        assert answer.returncode != 0
        assert words in answer.stderr
        assert "Traceback" not in answer.stderr
