"""One name means one thing in the whole house, as far as a parser can hold it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.floors import FLOORS, ROOT

# Names that meant several things once. Each stands at most once in the product now; better a longer name than a second meaning.
ONCE = {
    "address",
    "admin_language",
    "described",
    "digest",
    "facts_of",
    "finish",
    "label_of",
    "language_of",
    "name_of",
    "plain",
    "state_of",
    "states_of",
    "take",
    "title_in",
    "title_of",
    "values_for",
    "written",
    "Drift",
    "Form",
    "Part",
    "Progress",
    "RecordPanel",
    "Refusal",
}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def offered(tree: ast.Module) -> set[str]:
    """Return the names of the functions and classes that a module defines."""
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")}


def test_names_that_meant_several_things_stand_once() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules():
        for name in offered(tree) & ONCE:
            found[name].append(str(path))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_a_service_is_named_like_its_module() -> None:
    services = [(path, tree) for path, tree in modules() if path.parent.name == "services" and path.name != "__init__.py"]
    assert len(services) > 50
    assert [str(path) for path, tree in services if path.stem not in offered(tree)] == []
