"""Which modules of the product and which files of tests depend on the database that runs them, read off their sources."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tests.architecture.floors import FLOORS

ROOT = Path(settings.BASE_DIR)

LOCKS = {"select_for_update"}
CONSTRAINTS = {"UniqueConstraint", "CheckConstraint", "ExclusionConstraint"}
CURSORS = {"cursor", "prepared_cursor", "raw", "extra", "RawSQL", "RunSQL"}
# Doors of foundation.statements: SQL by another name.
STATEMENTS = {"Statement", "scalar", "insert_row", "insert_rows", "update_row"}
# What databases plan, compare or answer each in its own way.
EXPRESSIONS = {"Subquery", "OuterRef", "Exists", "Window", "StringAgg", "Func", "Cast", "Substr"}
CALLS = LOCKS | CONSTRAINTS | CURSORS | STATEMENTS | EXPRESSIONS
ERRORS = {"DatabaseError", "IntegrityError", "OperationalError"}
# Asking which database it is.
QUESTIONS = {"vendor", "features"}
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|(CREATE|DROP) (OR REPLACE )?(TRIGGER|INDEX|TABLE|FUNCTION))\b", re.DOTALL
)
IN_TESTS = re.compile(
    r"\b(IntegrityError|OperationalError|DatabaseError|MigrationExecutor)\b|transaction=True|mark\.postgres|connection\.cursor"
)

DOTTED = re.compile(r"[a-z_]+(\.\w+)+")


def depends(source: str) -> set[str]:
    """What in a source depends on the database: SQL, locks, constraints, cursors, its errors, a question which one it is."""
    return {reason for node in ast.walk(ast.parse(source)) for reason in _reasons(node)}


def _reasons(node: ast.AST) -> set[str]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in CALLS:
            return {name}
        case ast.Call(func=ast.Attribute(attr="bulk_create"), keywords=[*words]) if any("conflicts" in str(word.arg) for word in words):
            return {"conflicts"}
        case ast.Name(id=name) if name in ERRORS:
            return {name}
        case ast.Attribute(attr=name) if name in QUESTIONS:
            return {name}
        case ast.Constant(value=str(text)) if SQL.search(text):
            return {"SQL"}
    return set()


def modules() -> dict[str, set[str]]:
    """The product's modules that depend on the database, by name, and on account of what. Migrations run in every test run."""
    found = {}
    for package in FLOORS:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and (why := depends(path.read_text(encoding="utf-8"))):
                found[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = why
    return found


def imported(source: str) -> set[str]:
    """Every module that a source imports, and every name in it, also inside functions; and what it names in a string to patch it."""
    return _named(ast.parse(source))


def _named(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {name for names in _bound(node).values() for name in names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            found.add(node.value)
    return found


def _bound(node: ast.Import | ast.ImportFrom) -> dict[str, set[str]]:
    """The names that an import gives to what it imports. Of `from a.b import c` both a.b and a.b.c are there."""
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: {alias.name} for alias in node.names}
    return {alias.asname or alias.name: {str(node.module), f"{node.module}.{alias.name}"} for alias in node.names} if node.module else {}


def is_marked(source: str) -> bool:
    """Whether a file of tests carries the marker as a whole: `pytestmark` with `pytest.mark.database` in it."""
    return any(_says_database(node) for node in ast.parse(source).body if _is_pytestmark(node))


def _is_pytestmark(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def _says_database(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr == "database" for part in ast.walk(node))


@dataclass(frozen=True, slots=True)
class OneTest:
    """A test with everything of its file that it uses, however indirectly: what that imports, and its text."""

    name: str
    is_marked: bool
    names: frozenset[str]
    text: str


def each_test(source: str) -> list[OneTest]:
    """The tests of a file."""
    tree = ast.parse(source)
    imports: dict[str, set[str]] = {}
    parts: dict[str, list[ast.stmt]] = defaultdict(list)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= _bound(node)
        else:
            for name in _defined(node):
                parts[name].append(node)
    whole = is_marked(source)
    # What runs for each test without being named by it.
    around = [node for nodes in parts.values() for node in nodes if _is_pytestmark(node) or "autouse=True" in ast.unparse(node)]
    found = []
    for name, nodes in parts.items():
        if not name.startswith("test_"):
            continue
        used = _with_all_it_uses([*nodes, *around], parts)
        names = {full for node in used for part in _mentioned(node) for full in imports.get(part, set())} | {
            full for node in used for full in _named(node)
        }
        marked = whole or any(_says_database(mark) for node in nodes for mark in getattr(node, "decorator_list", []))
        found.append(OneTest(name, marked, frozenset(names), "\n".join(ast.unparse(node) for node in used)))
    return found


def _defined(node: ast.stmt) -> set[str]:
    """The names that a statement of a module gives something to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _mentioned(node: ast.AST) -> set[str]:
    """The names that stand in some code: of variables, of arguments (of a test, its fixtures), and of fixtures in strings."""
    found = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Constant(value=str(name)) if name.isidentifier():
                found.add(name)
    return found


def _with_all_it_uses(nodes: list[ast.stmt], parts: dict[str, list[ast.stmt]]) -> list[ast.stmt]:
    """Statements of a module, and those that define what they use."""
    seen: dict[int, ast.stmt] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            waiting += [other for name in _mentioned(node) for other in parts.get(name, [])]
    return list(seen.values())
