"""Which modules of the product and which files of tests depend on the database that runs them, read off their sources."""

from __future__ import annotations

import ast
import re
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
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            found.add(node.value)
    return found


def is_marked(source: str) -> bool:
    """Whether a file of tests carries the marker as a whole: `pytestmark` with `pytest.mark.database` in it."""
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    marks = [node.value for node in assigned if any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)]
    return any(isinstance(part, ast.Attribute) and part.attr == "database" for mark in marks for part in ast.walk(mark))
