"""Every place that looks at the rights of staff is behind the admin's door, or asks for the second factor itself.

`accounts.second_factor.acts_as_staff` is the one answer to "may this request use staff rights". A function that asks what somebody
may do, and neither calls it nor is in the table below, fails this test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("accounts", "core", "editorial", "knowledge", "courses", "learning", "credentials", "administration", "config")
GUARD = "acts_as_staff"
ASKING = {"has_perm", "has_perms", "permissions_for_user", "may_enter_admin", "is_superuser", "is_staff", "user_has_any_page_permission"}

# What is only reached below /admin/, by the middleware that asks before any view: whole floors, and modules.
BEHIND_THE_DOOR = {
    "administration/": "lists, records, certificates, exports and reports, all below /admin/",
    "editorial/": "the desk",
    "accounts/wagtail_hooks.py": "hooks of the admin",
    "accounts/services/make_roles.py": "a command",
    "core/wagtail_hooks.py": "hooks of the admin",
    "courses/wagtail_hooks.py": "hooks of the admin",
    "courses/structure_view.py": "a view of the admin",
    "courses/permissions.py": "asked by a view and a panel of the admin",
    "core/bin_views.py": "views of the admin",
    "core/page_rights.py": "what Wagtail's own views ask",
    "courses/shared_fields_form.py": "the form of a page in the admin",
}
# Functions that look at a right and let nobody in by it.
HARMLESS = {
    ("accounts/staff.py", "may_enter_admin"): "the right itself",
    ("accounts/second_factor.py", "must_have_one"): "whom to ask for the factor",
    ("accounts/second_factor.py", "acts_as_staff"): "the guard",
    ("accounts/views/entrance.py", "is_refused_by_admin"): "what the door says to those who may not enter",
    ("accounts/models/user.py", "create_superuser"): "makes one",
    ("accounts/models/user.py", "standing"): "a digest of what an account is, which lets nobody in",
    ("accounts/services/erase_account.py", "erase_account"): "the last superuser is not erased",
    ("accounts/management/commands/remove_unconfirmed.py", "handle"): "a command",
    ("accounts/demo.py", "_made"): "makes the demo's accounts",
    ("learning/api.py", "_may_be_staff"): "whether rights are worth reading; then the guard is asked",
    ("learning/api.py", "_edit_link"): "called only after the guard",
    ("credentials/services/notify_hold.py", "_administrators"): "whom to write to",
}


def functions() -> Iterator[tuple[str, str, set[str]]]:
    """Every function of the site: its file, its name, and the names that it uses, keywords of calls among them."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield str(path.relative_to(ROOT)), node.name, _names(node)


def _names(node: ast.FunctionDef) -> set[str]:
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute):
            found.add(inner.attr)
        elif isinstance(inner, ast.Name):
            found.add(inner.id)
        elif isinstance(inner, ast.keyword) and inner.arg:
            found.add(inner.arg)
    return found


def unguarded() -> set[tuple[str, str]]:
    return {
        (file, name)
        for file, name, used in functions()
        if used & ASKING and GUARD not in used and not file.startswith(tuple(BEHIND_THE_DOOR)) and name != "permissions_for_user"
    }


def test_whoever_looks_at_staff_rights_asks_for_the_factor() -> None:
    assert unguarded() - set(HARMLESS) == set()


def test_the_table_says_nothing_of_what_is_no_more() -> None:
    assert set(HARMLESS) - unguarded() == set()


def test_rights_by_name_are_asked_nowhere_else() -> None:
    """The right to enter the admin, written as a string, would be a way around the guard."""
    paths = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts]
    found = [str(path.relative_to(ROOT)) for path in paths if '"wagtailadmin.access_admin"' in path.read_text(encoding="utf-8")]
    assert found == ["accounts/staff.py"]
