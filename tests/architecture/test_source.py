"""The four homes for a rule, and the house style, as far as a parser can see them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.floors import FLOORS

ROOT = Path(__file__).resolve().parent.parent.parent
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "functions", "lib"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

# Translated words and model choices are values; a database, a request and a clock are not.
IMPURE_IMPORTS = (
    "django.db.transaction",
    "django.db.connection",
    "django.http",
    "django.shortcuts",
    "django.utils.timezone",
    "wagtail",
    "django.core.cache",
    "django.core.files",
    "django.apps",
    "subprocess",
)
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
INPUT_OUTPUT = {
    "aggregate",
    "bulk_create",
    "bulk_update",
    "commit",
    "count",
    "create",
    "delay",
    "delete",
    "enqueue",
    "exists",
    "filter",
    "first",
    "get",
    "get_or_create",
    "on_commit",
    "open",
    "publish",
    "read",
    "refresh_from_db",
    "save",
    "send",
    "send_mail",
    "unlink",
    "update",
    "urlopen",
    "write",
}
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "time", "monotonic"}


def sources(*folders: str) -> list[Path]:
    """Return the Python files of some folders, without migrations."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]


BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match)


def named(path: Path) -> str:
    """Return a path inside the project, for test ids."""
    return str(path.relative_to(ROOT))


def parse(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Return the dotted names of everything a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


OURS = sources(*FLOORS)
# Rules without database, request or clock: what they need is given to them, `now` included. A module says so of itself.
PURE = [
    path
    for path in [*OURS, *sources("benchmarks", "scripts")]
    if re.search(r"\bpure\b", ast.get_docstring(parse(path)) or "", re.IGNORECASE)
]
# Called inside another service's transaction, on a row that is locked already: steps of a use case, not one.
INNER_SERVICES = {"advance"}
SERVICES = [path for path in OURS if "services" in path.parts and path.name != "__init__.py"]


def test_no_module_is_named_for_nothing() -> None:
    """A module called utils has no reason to end: everything fits into it."""
    everything = sources(*FLOORS, "tests", "scripts")
    assert [named(path) for path in everything if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("path", OURS, ids=named)
def test_modules_say_what_they_are_responsible_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), f"{named(path)} has no docstring"


@pytest.mark.parametrize("path", OURS, ids=named)
def test_files_fit_in_a_sitting_and_functions_on_a_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        # A function that only writes down values is a table, and may be as long as it needs.
        is_code = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(isinstance(inner, BRANCHES) for inner in ast.walk(node))
        if is_code and node.end_lineno:
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{named(path)}: {node.name}"


@pytest.mark.parametrize("path", [path for path in OURS if path.stem == "models" or path.parent.name == "models"], ids=named)
def test_save_does_nothing_but_save(path: Path) -> None:
    """No I/O in save(): what a save causes belongs to a service, or to a signal handler on commit."""
    for model in (node for node in ast.walk(parse(path)) if isinstance(node, ast.ClassDef)):
        for method in (node for node in model.body if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}):
            calls = [ast.unparse(node.func) for node in ast.walk(method) if isinstance(node, ast.Call)]
            others = [call for call in calls if not call.startswith("super()")]
            doing_more = [call for call in others if call.split(".")[-1] in INPUT_OUTPUT or ".objects" in call]
            assert doing_more == [], f"{named(path)}: {model.name}.{method.name}"


def test_the_rules_of_the_house_say_that_they_are_pure() -> None:
    rules = {
        "courses/outline.py",
        "learning/grading.py",
        "learning/policies.py",
        "learning/frozen_paper.py",
        "core/covers.py",
        "accounts/names.py",
    }
    assert rules <= {named(path) for path in PURE}


@pytest.mark.parametrize("path", PURE, ids=named)
def test_pure_rules_know_no_database_request_or_clock(path: Path) -> None:
    tree = parse(path)
    assert [found for found in imported(tree) if found.startswith(IMPURE_IMPORTS)] == []
    clocks = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert clocks == [], "`now` is a parameter of a pure rule"
    calls = {getattr(node.func, "attr", getattr(node.func, "id", "")) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls & FILES == set(), "a file is not read by a pure rule: what stands in it is given"
    assert "objects" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("path", SERVICES, ids=named)
def test_services_take_no_request_and_give_no_response(path: Path) -> None:
    tree = parse(path)
    assert [found for found in imported(tree) if found.startswith(("django.http", "django.shortcuts", "ninja"))] == []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]]
            assert "request" not in names, f"{named(path)}: {node.name}"


@pytest.mark.parametrize("path", SERVICES, ids=named)
def test_a_service_is_called_by_keyword(path: Path) -> None:
    """The use case that gives its name to the file is keyword-only: a call reads as a sentence and survives a new argument."""
    named_like_the_file = [node for node in parse(path).body if isinstance(node, ast.FunctionDef) and node.name == path.stem]
    # A background task is enqueued with what can be stored: an id says all.
    main = [node for node in named_like_the_file if not any("task" in ast.unparse(decorator) for decorator in node.decorator_list)]
    if path.stem in INNER_SERVICES:
        return
    for function in main:
        assert not function.args.args, f"{function.name}({', '.join(argument.arg for argument in function.args.args)})"


def test_the_site_catches_no_bare_exception() -> None:
    """An error that is not understood must be seen, not swallowed."""
    found = [
        f"{named(path)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]
    assert found == []


# What a page shows a moment after a click may still be under way: `expect` waits for it, an assert reads what stands.
NOW = {"count", "is_checked", "is_disabled", "is_editable", "is_enabled", "is_hidden", "is_visible"}


def impatient(tree: ast.Module) -> list[int]:
    """Return the lines of asserts that ask a page in the browser how it is now, and do not wait."""
    asserts = (node for node in ast.walk(tree) if isinstance(node, ast.Assert))
    calls = ((node.lineno, call) for node in asserts for call in ast.walk(node.test) if isinstance(call, ast.Call))
    return [line for line, call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in NOW and not call.args]


@pytest.mark.parametrize("path", sources("tests/browser"), ids=named)
def test_the_tests_in_the_browser_wait_for_what_they_assert(path: Path) -> None:
    assert impatient(parse(path)) == []


def test_an_assert_that_does_not_wait_is_found() -> None:
    assert impatient(ast.parse("assert page.locator('li').count() == 10")) == [1]
    assert impatient(ast.parse("expect(page.locator('li')).to_have_count(10)")) == []


# What is another value each time a file is read: two processes would collect tests of other names, and none would run.
CHANGING = {"now", "today", "time", "monotonic", "uuid4", "token_hex", "token_urlsafe", "token_bytes", "random", "randint", "choice"}


def changing_names(tree: ast.Module) -> list[int]:
    """Return the lines of cases that are made with a clock or by chance while tests are collected."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    cases = (each for function in functions for each in function.decorator_list if "parametrize" in ast.unparse(each).partition("(")[0])
    calls = (node for each in cases for node in ast.walk(each) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if getattr(call.func, "attr", getattr(call.func, "id", "")) in CHANGING]


@pytest.mark.parametrize("path", sources("tests"), ids=named)
def test_cases_are_the_same_whenever_they_are_collected(path: Path) -> None:
    assert changing_names(parse(path)) == []


def test_a_case_made_with_a_clock_is_found() -> None:
    assert changing_names(ast.parse("@pytest.mark.parametrize('at', [{'exp': int(time.time())}])\ndef test(at): pass")) == [1]


# Shown to one member of staff in the admin, whose time zone Wagtail has made the current one.
IN_THE_ZONE_OF_AN_EDITOR = {
    "administration/exports.py",
    "administration/audit/views.py",
    "editorial/forms.py",
    "editorial/services/notify_step.py",
    "editorial/status_labels.py",
}


def days_by_another_clock(tree: ast.AST) -> list[int]:
    """Return the lines that make a day or a local time of a moment, and don't say in which zone."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if (isinstance(call.func, ast.Attribute) and call.func.attr == "date" and not call.args)
        or (ast.unparse(call.func).rpartition(".")[2] in {"localdate", "localtime"} and len(call.args) < 2)
    ]


@pytest.mark.parametrize("path", [path for floor in FLOORS for path in sources(floor)], ids=named)
def test_days_are_those_of_the_site(path: Path) -> None:
    """A day made from a moment is `foundation.civil_dates`: in UTC, or in an editor's zone, it can be another."""
    # The second is of UTC, as its standard says.
    if named(path) in IN_THE_ZONE_OF_AN_EDITOR | {"core/well_known.py", "foundation/civil_dates.py"}:
        return
    assert days_by_another_clock(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("timezone.localdate()", [1]),
        ("row.completed_at.date()", [1]),
        ("timezone.localtime(at)", [1]),
        ("timezone.localtime(at, timezone.get_default_timezone()).time()", []),
        ("datetime.date(2026, 7, 1)", []),
    ],
)
def test_a_day_by_another_clock_is_found(source: str, lines: list[int]) -> None:
    assert days_by_another_clock(ast.parse(source)) == lines
