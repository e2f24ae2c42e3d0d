"""The drill: a site with content, a record and uploads is backed up while it is written to, and restored in another place, the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import World
from tests.faults.parts import ROOT, SECONDS, Stage

pytestmark = pytest.mark.xdist_group("faults")


def run(env: dict[str, str], module: str, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as `make backup` and `make restore` do."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env={**env, **more}, capture_output=True, text=True, timeout=SECONDS, check=False)


def backed_up(env: dict[str, str], folder: Path) -> Path:
    """Make a backup that must succeed; return the archive."""
    answer = run(env, "scripts.backup", folder)
    assert answer.returncode == 0, answer.stderr
    archive = Path(answer.stdout.splitlines()[0])
    assert list(folder.iterdir()) == [archive]
    return archive


def contents(env: dict[str, str]) -> dict[str, Any]:
    """Look at a site from outside."""
    stage = Stage(env)
    try:
        return stage("contents")  # type: ignore[no-any-return]
    finally:
        stage.kill()


class Place:
    """Another place to restore into: its own database, empty, and its own uploads, none."""

    def __init__(self, world: World, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.env = {**world.env, "VAR_DIR": str(folder), "DATABASE_URL": database_url}

    def restore(self, archive: Path, *flags: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Try to restore an archive here."""
        return run(self.env, "scripts.restore", archive, *flags, **more)

    def leftovers(self) -> list[str]:
        """Everything in the folder of uploads and SQLite."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".log")


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    """A site with something of each kind that has files."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    made: World = request.getfixturevalue("on_postgres" if request.param == "postgresql" else "on_sqlite")
    made.stage("fill_in")
    return made


@pytest.fixture
def place(world: World, tmp_path: Path) -> Iterator[Place]:
    """Another place, empty."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if world.postgres is None:
        yield Place(world, folder, f"sqlite:///{folder / 'puente.sqlite3'}")
        return
    name = "elsewhere"
    with world.postgres.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield Place(world, folder, world.env["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}")
    with world.postgres.connect() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_what_is_restored_elsewhere_is_the_same(world: World, place: Place, tmp_path: Path) -> None:
    before = world.stage("contents")
    assert set(before["named"]) <= set(before["media"])
    assert len(before["media"]) >= 5
    archive = backed_up(world.env, tmp_path / "backups")
    assert world.stage("contents") == before
    answer = place.restore(archive)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Restored:")
    assert contents(place.env) == before
    # Nothing of the work is left, and nothing was there before that would have to be kept.
    assert not [name for name in place.leftovers() if "restor" in name or name.endswith(".part")]
    stage = Stage(place.env)
    try:
        assert stage("look")["enrolments"] == world.stage("look")["enrolments"]
        # The database is alive: it takes new rows, under numbers that are free.
        stage("fill_in")
        assert stage("fold") >= 0
    finally:
        stage.kill()


def test_a_backup_under_load_is_of_one_moment(world: World, place: Place, tmp_path: Path) -> None:
    """Taken while devices write: counts equal bits in what is restored, and nothing exists twice."""
    with world.site() as site:
        crowd = world.crowd(site, 4)
        with crowd.at_work():
            crowd.wait_for_more(10)
            ledgers_then = [
                (ledger.learner, {course: set(steps) for course, steps in dict(ledger.acknowledged).items()}) for ledger in crowd.ledgers
            ]
            archive = backed_up(world.env, tmp_path / "backups")
            crowd.wait_for_more(10)
    assert place.restore(archive).returncode == 0
    stage = Stage(place.env)
    try:
        restored = World(place.env, stage, world.steps, world.long, world.pages)
        ledgers = []
        for (learner, acknowledged), ledger in zip(ledgers_then, crowd.ledgers, strict=True):
            kept = type(ledger)(learner)
            for course, steps in acknowledged.items():
                kept.note(course, steps)
            ledgers.append(kept)
        # What was acknowledged before the backup began is in it.
        restored.check(ledgers)
    finally:
        stage.kill()


def test_what_is_there_is_replaced_only_if_that_is_asked_for(world: World, place: Place, tmp_path: Path) -> None:
    first = backed_up(world.env, tmp_path / "first")
    then = world.stage("contents")
    assert place.restore(first).returncode == 0
    world.stage("fill_in")
    now = world.stage("contents")
    assert now != then
    second = backed_up(world.env, tmp_path / "second")
    refused = place.restore(second)
    assert refused.returncode == 1
    assert "FORCE=1" in refused.stderr
    assert contents(place.env) == then
    replaced = place.restore(second, "--force")
    assert replaced.returncode == 0, replaced.stderr
    assert contents(place.env) == now
    assert "is kept as" in replaced.stdout
    # And back, though there are newer rows and uploads now.
    assert place.restore(first, "--force").returncode == 0
    assert contents(place.env) == then


@pytest.mark.parametrize("damage", ["cut", "byte", "traversal"])
def test_a_bad_archive_is_refused_with_nothing_written(world: World, place: Place, tmp_path: Path, damage: str) -> None:
    archive = backed_up(world.env, tmp_path / "backups")
    body = archive.read_bytes()
    if damage == "cut":
        archive.write_bytes(body[: len(body) * 3 // 4])
    elif damage == "byte":
        with tarfile.open(archive) as tar:
            database = tar.getmembers()[0]
        middle = database.offset_data + database.size // 2
        archive.write_bytes(body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :])
    else:
        with tarfile.open(archive, "a") as tar:
            tar.addfile(tarfile.TarInfo("media/../../outside"))
    for flags in ([], ["--force"]):
        answer = place.restore(archive, *flags)
        assert answer.returncode == 1
        assert answer.stderr.startswith("Nothing was changed.")
        assert "Traceback" not in answer.stderr
    assert place.leftovers() == []
    assert not (tmp_path / "outside").exists()
    assert contents_are_none(world)


def contents_are_none(world: World) -> bool:
    """Whether the other place has no tables."""
    if world.postgres is None:
        return True
    import psycopg

    with psycopg.connect(host=str(world.postgres.folder), user="puente", dbname="elsewhere") as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row == (0,)


def test_a_restore_that_fails_in_the_middle_leaves_everything_as_it_was(world: World, place: Place, tmp_path: Path) -> None:
    """The manifest counts a row too many: found when everything is restored, and then all of it is taken back."""
    archive = backed_up(world.env, tmp_path / "backups")
    program = """
import sys
from pathlib import Path
import django; django.setup()
from scripts import restore
whole = restore.read
def read(path, take=None):
    manifest = whole(path, take)
    manifest.tables["learning_enrolment"] += 1
    return manifest
restore.read = read
sys.argv = ["restore", *sys.argv[1:]]
restore.main()
"""

    def try_it(*flags: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, str(archive), *flags]
        return subprocess.run(command, cwd=ROOT, env=place.env, capture_output=True, text=True, timeout=SECONDS, check=False)

    answer = try_it()
    assert answer.returncode == 1
    assert "rows" in answer.stderr
    assert place.leftovers() == []
    assert contents_are_none(world)
    assert place.restore(archive).returncode == 0
    before = contents(place.env)
    assert try_it("--force").returncode == 1
    assert contents(place.env) == before


def test_what_does_not_fit_is_refused_in_words(world: World, place: Place, tmp_path: Path) -> None:
    archive = backed_up(world.env, tmp_path / "backups")
    other = f"sqlite:///{place.folder / 'other.sqlite3'}" if world.postgres else "postgres://puente@/nowhere/puente"
    answer = place.restore(archive, DATABASE_URL=other)
    assert answer.returncode == 1
    assert "Restore it into the kind" in answer.stderr
    # A newer release: this one does not know its migrations.
    program = (
        "import django; django.setup(); from django.db import connection; "
        "connection.cursor().execute(\"INSERT INTO django_migrations (app, name, applied) VALUES ('learning', '9999_new', '2026-01-01')\")"
    )
    assert place.restore(archive).returncode == 0
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=place.env, check=True, timeout=SECONDS)
    newer = backed_up(place.env, tmp_path / "newer")
    answer = place.restore(newer, "--force")
    assert answer.returncode == 1
    assert "newer release" in answer.stderr
    assert "learning.9999_new" in answer.stderr
    assert place.restore(tmp_path / "missing.tar").returncode == 1
    answer = run(world.env, "scripts.backup", "/proc/nowhere")
    assert answer.returncode == 1
    assert "can’t be written to" in answer.stderr


def test_a_site_that_runs_is_not_restored_under_its_feet(on_sqlite: World, tmp_path: Path) -> None:
    """SQLite only: the file of a running site is not taken away from it. PostgreSQL takes turns by locks."""
    archive = backed_up(on_sqlite.env, tmp_path / "backups")
    folder = tmp_path / "copy"
    folder.mkdir()
    place = Place(on_sqlite, folder, f"sqlite:///{folder / 'puente.sqlite3'}")
    assert place.restore(archive).returncode == 0
    before = contents(place.env)
    copy = World(place.env, on_sqlite.stage, on_sqlite.steps, on_sqlite.long, on_sqlite.pages)
    with copy.site() as site:
        assert site.is_ready()
        answer = place.restore(archive, "--force")
        assert answer.returncode == 1
        assert "Stop the web server and the task worker first" in answer.stderr
    assert contents(place.env)["tables"].keys() == before["tables"].keys()
    assert place.restore(archive, "--force").returncode == 0


def test_make_says_where_the_backup_is(on_sqlite: World, tmp_path: Path) -> None:
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
    assert "FORCE=1" in refused.stderr
    assert "Say which archive" in make("restore").stderr
