"""The run on PostgreSQL (`make test-postgres`) is of the tests that could go another way there: they carry `database`.

Three rules, all read off the sources, so that neither a new lock nor a new test has to be entered anywhere:

1. A test that touches the database itself (a cursor, a real transaction, an error of the database, two writers) carries
   the marker. What it uses of its file counts as its own: helpers, fixtures, tables of cases.
2. So does one that uses a module of the product with SQL, a lock, a cursor or a question which database it is: it is
   there to test that. Verbs that tests everywhere use to set something up (SET_UP) don't count.
3. Each such module, those with constraints among them, is used by a test that carries the marker, at most two steps of
   imports away from one, or reached through the site by one (THROUGH_THE_SITE): nothing is left to SQLite alone.

A file whose tests all depend on it carries the marker as a whole.

Everything else runs on PostgreSQL, too, with FULL=1.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from tests.architecture.database_code import CONSTRAINTS, EXPRESSIONS, IN_TESTS, ROOT, depends, each_test, imported, modules
from tests.architecture.floors import FLOORS

TESTS = ROOT / "tests"
# Not of the run: they start databases of their own, look at sources only, or drive a browser.
ELSEWHERE = {"architecture", "browser", "faults"}
# What tests reach by an address of the site or a setting alone, and the tests that do.
THROUGH_THE_SITE = {
    "accounts.views.entrance": "accounts/test_pending_acts.py",
    "accounts.services.reset_second_factor": "accounts/test_second_factor.py",
    "administration.services.erase_from_exports": "administration/test_exports_erasure.py",
    "core.middleware": "core/test_not_found.py",
    "credentials.panels": "learning/test_index_page.py",
    "credentials.personal_data": "learning/test_erasure_crossings.py",
    "editorial.services.take_step": "editorial/test_workflow.py",
    "knowledge.services.make_missing_pdfs": "knowledge/test_edition_files.py",
    "learning.personal_data": "learning/test_erasure_crossings.py",
    "accounts.sessions": "accounts/test_session_store.py",
}
# To have somebody in a course, a structure, answers on paper, and the number that a page is kept under.
SET_UP = {"enrol", "publish_structure", "newest_outline", "save_answers", "current", "content_changed"}


def files() -> dict[Path, str]:
    """The files of tests of the run, with their sources."""
    found = [path for path in sorted(TESTS.rglob("test_*.py")) if not ELSEWHERE & set(path.relative_to(TESTS).parts)]
    return {path: path.read_text(encoding="utf-8") for path in found}


def needs_marker(names: Collection[str], text: str, touching: set[str]) -> list[str]:
    """What makes a test depend on the database, if anything does: by the names it imports and uses, and by its text."""
    # Of `from a.b import c` both a.b and a.b.c are there: what counts is which names are taken from the module.
    taken = {name for name in names for module in touching if name == module or name.startswith(f"{module}.")}
    beyond = {name for name in taken if name not in touching and name.rpartition(".")[2] not in SET_UP}
    whole = {name for name in taken if name in touching and not any(other.startswith(f"{name}.") for other in taken)}
    return sorted({*beyond, *whole, *(found[0] for found in IN_TESTS.finditer(text))})


def sources_of_the_product() -> dict[str, str]:
    """Every module of the product, by name."""
    found = [path for package in FLOORS for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text(encoding="utf-8") for path in found
    }


def within(names: set[str], product: dict[str, str]) -> set[str]:
    """The modules of the product that some names are, or lie in: of `a.b.C.method`, a.b."""
    parts = [name.split(".") for name in names]
    return {module for name in parts for length in range(1, len(name) + 1) if (module := ".".join(name[:length])) in product}


def test_what_touches_the_database_is_marked() -> None:
    # A model is there to be read by everyone; its locks are tested through the services that take them (rule 3).
    found = {name for name, why in modules().items() if why - CONSTRAINTS - EXPRESSIONS}
    touching = {name for name in found if "models" not in name.split(".")}
    assert len(touching) >= 30
    unmarked = [(path, test) for path, source in files().items() for test in each_test(source) if not test.is_marked]
    wanting = {f"{path.relative_to(TESTS)}::{test.name}": needs_marker(test.names, test.text, touching) for path, test in unmarked}
    assert {name: why for name, why in wanting.items() if why} == {}


def test_nothing_that_depends_on_the_database_is_left_to_sqlite_alone() -> None:
    product = sources_of_the_product()
    near = {name for source in files().values() for test in each_test(source) if test.is_marked for name in test.names}
    for _step in range(2):
        near |= {name for module in within(near, product) for name in imported(product[module])}
    assert all(any(test.is_marked for test in each_test(files()[TESTS / name])) for name in THROUGH_THE_SITE.values())
    assert THROUGH_THE_SITE.keys() <= modules().keys()
    assert [name for name in modules() if name not in {*within(near, product), *THROUGH_THE_SITE}] == []


def test_the_run_stays_a_part_of_the_whole() -> None:
    tests = [test for source in files().values() for test in each_test(source)]
    assert sum(test.is_marked for test in tests) < len(tests) * 2 / 5


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("Person.objects.select_for_update().get()", {"select_for_update"}),
        ("cursor.execute('SELECT a FROM b')", {"SQL"}),
        ("models.CheckConstraint(condition=x, name='y')", {"CheckConstraint"}),
        ("rows.bulk_create(new, ignore_conflicts=True)", {"conflicts"}),
        ("rows.bulk_create(new)", set()),
        ("if connection.vendor == 'sqlite': pass", {"vendor"}),
        ("try: pass\nexcept IntegrityError: pass", {"IntegrityError"}),
        ("say('Select one from the list')", set()),
        ("Person.objects.filter(name='x').update(name='y')", set()),
    ],
)
def test_what_counts_as_depending_on_the_database(source: str, why: set[str]) -> None:
    assert depends(source) == why


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("from a.locks import enrol\ndef test(): enrol()", []),
        ("from a.locks import enrol, other\ndef test(): other(enrol())", ["a.locks.other"]),
        ("from a import locks\ndef test(): locks.other()", ["a.locks"]),
        ("import a.locks\ndef test(): a.locks.other()", ["a.locks"]),
        ("from a.other import thing\ndef test(): thing()", []),
        ("def test():\n  with pytest.raises(IntegrityError): pass", ["IntegrityError"]),
        ("def test():\n  from a.locks import other\n  other()", ["a.locks.other"]),
        ("def test(monkeypatch): monkeypatch.setattr('a.locks.other', 1)", ["a.locks.other"]),
        # However indirectly, and only what is used.
        ("from a.locks import other\ndef helper(): other()\ndef test(): helper()", ["a.locks.other"]),
        ("from a.locks import other\ndef helper(): other()\ndef test(): pass", []),
        ("from a.locks import other\ndef made(): other()\ndef used(made): pass\ndef test(used): pass", ["a.locks.other"]),
        ("from a.locks import other\ndef made(): other()\n@mark.usefixtures('made')\ndef test(): pass", ["a.locks.other"]),
        ("from a.locks import other\n@fixture(autouse=True)\ndef made(): other()\ndef test(): pass", ["a.locks.other"]),
        ("from a.locks import other\nCASES = [other]\n@mark.parametrize('case', CASES)\ndef test(case): pass", ["a.locks.other"]),
        ("pytestmark = django_db(transaction=True)\ndef test(): pass", ["transaction=True"]),
    ],
)
def test_what_makes_a_test_depend_on_it(source: str, why: list[str]) -> None:
    (test,) = each_test(source.replace("def test(", "def test_it("))
    assert needs_marker(test.names, test.text, {"a.locks"}) == why
    assert not test.is_marked


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("pytestmark = [mark.django_db, mark.database]\ndef test_it(): pass", True),
        ("@mark.database\ndef test_it(): pass", True),
        ("@mark.django_db\ndef test_it(): pass", False),
        ("@mark.database\ndef helper(): pass\ndef test_it(): helper()", False),
    ],
)
def test_what_carries_the_marker(source: str, marked: bool) -> None:
    (test,) = each_test(source)
    assert test.is_marked is marked
