"""One name means one thing in the whole house, as far as a parser can hold it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.floors import FLOORS, ROOT

# One name for one thing that several modules do, each for its own part; all else stands once: better a longer name than a second meaning.
SAME: Mapping[str, str] = {
    "Command": "a command of manage.py",
    "GlyphsMissing": "a text has a character that no font of its paper has",
    "choices": "what a field of a model or form may hold",
    "connect": "the receivers of a floor, connected when it is ready",
    "connect_signals": "the same, of one module",
    "declare_acts": "the acts of a floor that the audit trail knows",
    "declare_personal_data": "the personal data of a floor",
    "from_json": "a document, of what is stored",
    "known_query": "the part of a query that a list page knows",
    "missing_characters": "the characters of a document that its fonts do not have",
    "of_course": "how many an edit of a course touches",
    "of_steps": "how many an edit of steps touches",
    "remove": "what a demo made, taken away",
    "seed": "what a demo shows, made",
    "to_json": "a document, as it is stored",
    "viewsets": "the admin's sets of views of a floor",
    "written_date": "a day in words, as the words of this version of a document have it",
}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def offered(tree: ast.Module) -> set[str]:
    """Return the names of the functions and classes that a module defines."""
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")}


def test_a_name_stands_once_or_means_the_same_everywhere() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules():
        # A background task is named like the service that it runs.
        for name in offered(tree) if path.name != "tasks.py" else ():
            found[name].append(str(path))
    several = {name: paths for name, paths in found.items() if len(paths) > 1 and not name.startswith("register_")}
    assert {name: paths for name, paths in several.items() if name not in SAME} == {}
    assert SAME.keys() <= several.keys(), "no longer in several modules"


def test_a_service_is_named_like_its_module() -> None:
    services = [(path, tree) for path, tree in modules() if path.parent.name == "services" and path.name != "__init__.py"]
    assert len(services) > 50
    assert [str(path) for path, tree in services if path.stem not in offered(tree)] == []
