"""The run on PostgreSQL (`make test-postgres`) is of the tests that could go another way there: they carry `database`.

Three rules, all read off the sources, so that neither a new lock nor a new test has to be entered anywhere:

1. A file of tests that touches the database itself (a cursor, a real transaction, an error of the database, two writers)
   carries the marker.
2. So does one that imports a module of the product with SQL, a lock, a cursor or a question which database it is: it is
   there to test that. Verbs that tests everywhere use to set something up (SET_UP) don't count.
3. Each such module, those with constraints among them, is imported by a file that carries the marker, at most two steps of
   imports away from one, or reached through the site by one (THROUGH_THE_SITE): nothing is left to SQLite alone.

Everything else runs on PostgreSQL, too, with FULL=1.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.database_code import CONSTRAINTS, EXPRESSIONS, IN_TESTS, ROOT, depends, imported, is_marked, modules
from tests.architecture.floors import FLOORS

TESTS = ROOT / "tests"
# Not of the run: they start databases of their own, look at sources only, or drive a browser.
ELSEWHERE = {"architecture", "browser", "faults"}
# What tests reach by an address of the site or a setting alone, and the tests that do.
THROUGH_THE_SITE = {
    "accounts.services.add_second_factor": "accounts/test_second_factor.py",
    "accounts.services.make_recovery_codes": "accounts/test_second_factor.py",
    "accounts.services.remove_second_factor": "accounts/test_second_factor.py",
    "accounts.services.reset_second_factor": "accounts/test_second_factor.py",
    "administration.exports.erase_from_exports": "administration/test_exports_erasure.py",
    "core.middleware": "core/test_not_found.py",
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


def needs_marker(source: str, touching: set[str]) -> list[str]:
    """What makes a file of tests depend on the database, if anything does."""
    names = imported(source)
    # Of `from a.b import c` both a.b and a.b.c are there: what counts is which names are taken from the module.
    taken = {name for name in names for module in touching if name == module or name.startswith(f"{module}.")}
    beyond = {name for name in taken if name not in touching and name.rpartition(".")[2] not in SET_UP}
    whole = {name for name in taken if name in touching and not any(other.startswith(f"{name}.") for other in taken)}
    return sorted({*beyond, *whole, *(found[0] for found in IN_TESTS.finditer(source))})


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
    wanting = {str(path.relative_to(TESTS)): why for path, source in files().items() if (why := needs_marker(source, touching))}
    marked = {str(path.relative_to(TESTS)) for path, source in files().items() if is_marked(source)}
    assert {name: why for name, why in wanting.items() if name not in marked} == {}


def test_nothing_that_depends_on_the_database_is_left_to_sqlite_alone() -> None:
    product = sources_of_the_product()
    near = {name for source in files().values() if is_marked(source) for name in imported(source)}
    for _step in range(2):
        near |= {name for module in within(near, product) for name in imported(product[module])}
    assert all(is_marked((TESTS / name).read_text(encoding="utf-8")) for name in THROUGH_THE_SITE.values())
    assert THROUGH_THE_SITE.keys() <= modules().keys()
    assert [name for name in modules() if name not in {*within(near, product), *THROUGH_THE_SITE}] == []


def test_the_run_stays_a_part_of_the_whole() -> None:
    marked = [path for path, source in files().items() if is_marked(source)]
    assert len(marked) < len(files()) / 2


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
        ("from a.locks import enrol", []),
        ("from a.locks import enrol, other", ["a.locks.other"]),
        ("from a import locks", ["a.locks"]),
        ("import a.locks", ["a.locks"]),
        ("from a.other import thing", []),
        ("with pytest.raises(IntegrityError): pass", ["IntegrityError"]),
    ],
)
def test_what_makes_a_file_of_tests_depend_on_it(source: str, why: list[str]) -> None:
    assert needs_marker(source, {"a.locks"}) == why
