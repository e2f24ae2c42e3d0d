"""What a process remembers is known: each cache of the product is in the lists of tests/process_caches.py, and can be emptied."""

from __future__ import annotations

import ast
import importlib
import sys
import types
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.page_templates import PageTemplate
from courses.models import structure
from courses.outline import OutlineDocument
from learning.views import record_page
from tests import process_caches
from tests.architecture.floors import FLOORS

ROOT = Path(settings.BASE_DIR)
CHANGES = {"append", "add", "clear", "extend", "insert", "move_to_end", "pop", "popitem", "remove", "setdefault", "update"}


def files() -> list[Path]:
    """The product's modules."""
    return sorted(path for package in FLOORS for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def module_of(path: Path) -> types.ModuleType | None:
    """The module of a file, if this site has it: settings of other sites and a server's own are not imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    if "settings" in parts or "demo" in parts or parts[-1] in {"wsgi", "demo_mail_urls"}:
        return sys.modules.get(name)
    return importlib.import_module(name)


def caches(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """The functions of a module that remember answers, also of its classes. Drawn pages (`Kept`) are forgotten together."""
    own = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
    for holder in (module, *own):
        for name, value in vars(holder).items():
            is_cached = hasattr(value, "cache_clear") and getattr(value, "__module__", None) == module.__name__
            if is_cached:
                yield f"{module.__name__}.{name}", value


def collections_changed_in(source: str) -> set[str]:
    """Names of a module's own dicts, lists and sets that one of its functions changes while the site runs."""
    tree = ast.parse(source)
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    targets = [target for node in assigned for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    own = {target.id for target in targets if isinstance(target, ast.Name)}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return own & {name for function in functions for node in ast.walk(function) for name in _changed_by(node)}


def _changed_by(node: ast.AST) -> Iterator[str]:
    """The names that a piece of code changes or binds anew for the whole module."""
    if isinstance(node, ast.Global):
        yield from node.names
    elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.value, ast.Name):
        is_set = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)
        if is_set or (isinstance(node, ast.Attribute) and node.attr in CHANGES):
            yield node.value.id


def is_registry(module: types.ModuleType, name: str) -> bool:
    """Whether the apps fill it when the site starts, and nothing afterwards: then it is the same for every test."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    changing = {function.name for function in functions if name in {n for node in ast.walk(function) for n in _changed_by(node)}}
    return all(function.startswith(("register", "declare")) for function in changing)


def test_each_process_cache_of_the_product_is_known() -> None:
    known = [*(cache for cache, _forget in process_caches.REMEMBERED), *process_caches.CONSTANT]
    found = [(name, value) for path in files() if (module := module_of(path)) for name, value in caches(module)]
    assert len(found) >= 11
    assert [name for name, value in found if not any(value is cache for cache in known)] == []


def test_each_collection_that_is_changed_while_the_site_runs_is_known() -> None:
    known = [cache for cache, _forget in process_caches.REMEMBERED]
    unknown, seen = [], 0
    for path in files():
        for name in sorted(collections_changed_in(path.read_text(encoding="utf-8"))):
            module = module_of(path)
            assert module is not None, path
            seen += 1
            if not is_registry(module, name) and not any(vars(module)[name] is cache for cache in known):
                unknown.append(f"{module.__name__}.{name}")
    assert seen >= 2
    assert unknown == []


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("_a = {}\ndef f(): _a[1] = 2", {"_a"}),
        ("_a: list[int] = []\ndef f(): _a.append(1)", {"_a"}),
        ("_a = None\ndef f():\n    global _a\n    _a = 1", {"_a"}),
        ("_a = {}\ndef f(): return _a[1]", set()),
        ("_a = {}\n_a[1] = 2", set()),
        ("def f():\n    a = {}\n    a[1] = 2", set()),
    ],
)
def test_what_counts_as_changed(source: str, changed: set[str]) -> None:
    assert collections_changed_in(source) == changed


def test_every_test_starts_without_what_the_database_said_before() -> None:
    structure._documents[uuid.uuid4()] = OutlineDocument({}, ())
    record_page._sheets.get("key", lambda: record_page.RecordSheet(PageTemplate(""), {}, {}, {}))
    process_caches.empty()
    assert not structure._documents
    assert not record_page._sheets._found
    assert record_page._sheets._weight == 0
