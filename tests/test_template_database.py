"""The kept database: whole or not there, never stale, made by one of many that start at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.template_database import Template, fingerprint, sources, versions


def database(*names: str) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE person (name TEXT)")
    made.executemany("INSERT INTO person VALUES (?)", [(name,) for name in names])
    made.commit()
    return made


def names(found: sqlite3.Connection) -> list[str]:
    return [name for (name,) in found.execute("SELECT name FROM person")]


def test_what_is_kept_is_copied(tmp_path: Path) -> None:
    with closing(database("Ana")) as first, closing(sqlite3.connect(":memory:")) as second:
        assert not Template(tmp_path, "a").copy_into(second)
        Template(tmp_path, "a").keep(first)
        assert Template(tmp_path, "a").copy_into(second)
        assert names(second) == ["Ana"]


def test_another_fingerprint_finds_nothing_and_throws_the_old_one_away(tmp_path: Path) -> None:
    with closing(database("Ana")) as first, closing(sqlite3.connect(":memory:")) as second:
        Template(tmp_path, "a").keep(first)
        assert not Template(tmp_path, "b").copy_into(second)
        Template(tmp_path, "b").keep(first)
        assert [path.name for path in tmp_path.iterdir()] == ["b.sqlite3"]


@pytest.mark.parametrize("left", [b"", b"SQLite format 3\0 and then nothing", b"no database"])
def test_a_broken_file_is_not_believed(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "a.sqlite3").write_bytes(left)
    with closing(sqlite3.connect(":memory:")) as empty:
        template = Template(tmp_path, "a")
        is_copied = template.copy_into(empty)
        assert empty.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
        # An empty file is an empty database: then all of it is migrated, as if nothing had been kept.
        assert is_copied == (left == b"")


def test_what_an_interrupted_run_left_is_not_taken_for_the_template(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite3.123").write_bytes(b"half of it")
    with closing(sqlite3.connect(":memory:")) as empty, closing(database("Ana")) as first:
        assert not Template(tmp_path, "a").copy_into(empty)
        Template(tmp_path, "a").keep(first)
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite3"]


def test_the_fingerprint_follows_every_source_and_every_version(tmp_path: Path) -> None:
    file = tmp_path / "0001_initial.py"
    file.write_text("a", encoding="utf-8")
    first = fingerprint([file], ["django 5.2"])
    assert fingerprint([file], ["django 5.2"]) == first
    assert fingerprint([file], ["django 5.3"]) != first
    file.write_text("b", encoding="utf-8")
    assert fingerprint([file], ["django 5.2"]) != first
    assert fingerprint([file.rename(tmp_path / "0002_next.py")], ["django 5.2"]) != first


def test_all_source_of_the_product_is_in_it() -> None:
    found = {str(path.relative_to(settings.BASE_DIR)) for path in sources(Path(settings.BASE_DIR))}
    assert {"courses/migrations/0001_initial.py", "accounts/models/user.py", "config/urls.py"} <= found
    assert any(version.startswith(("Django ", "django ")) for version in versions())
