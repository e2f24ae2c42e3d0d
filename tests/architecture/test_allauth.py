"""What allauth doesn't document is imported by two modules only, so that an upgrade breaks in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.floors import APPS, ROOT

# The second is for the sign-in of institutions alone.
DOORS = {"accounts/allauth_internals.py", "accounts/allauth_oidc.py"}
# The tests of the doors look at what lies behind them.
MAY = {*DOORS, "tests/accounts/test_allauth_internals.py"}
# What allauth documents, and what its tables need.
DOCUMENTED = {
    "allauth.account.adapter": {"DefaultAccountAdapter", "get_adapter"},
    "allauth.account.models": {"EmailAddress"},
    "allauth.account.signals": None,
    "allauth.core.exceptions": {"ImmediateHttpResponse"},
    "allauth.mfa.adapter": {"DefaultMFAAdapter", "get_adapter"},
    "allauth.mfa.models": {"Authenticator"},
    "allauth.mfa.signals": None,
    "allauth.socialaccount.adapter": {"DefaultSocialAccountAdapter"},
    "allauth.usersessions.models": {"UserSession"},
}
FOLDERS = ("config", *APPS, "benchmarks", "scripts", "tests")


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Return what a module takes from allauth that allauth doesn't document: imports, and the key to its inner classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] == "allauth")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "allauth":
            allowed = DOCUMENTED.get(node.module or "", set())
            yield from (f"{node.module}.{alias.name}" for alias in node.names if allowed is not None and alias.name not in allowed)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "wrap" and not node.args:
            yield ".wrap()"


def python_files() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_two_modules_import_what_allauth_does_not_document() -> None:
    found = {}
    for path in python_files():
        name = str(path.relative_to(ROOT))
        taken = list(undocumented(ast.parse(path.read_text(encoding="utf-8"))))
        if taken and name not in MAY:
            found[name] = taken
    assert found == {}
    assert all(any(undocumented(ast.parse((ROOT / door).read_text(encoding="utf-8")))) for door in DOORS)


@pytest.mark.parametrize(
    "line",
    [
        "from allauth.account.internal.flows.login import record_authentication",
        "from allauth.account.models import Login",
        "from allauth.account.internal import flows",
        "from allauth.core import ratelimit",
        "import allauth.account.stages",
        "factor.wrap().validate_code(code)",
    ],
)
def test_what_is_not_documented_is_found(line: str) -> None:
    assert list(undocumented(ast.parse(line)))


def test_what_is_documented_is_allowed() -> None:
    assert not list(undocumented(ast.parse("from allauth.account.models import EmailAddress")))
