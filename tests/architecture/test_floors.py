"""What the import linter cannot see of the floors: addresses named by a string, imports inside functions, and how large a floor is."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.floors import APPS, FLOORS, ROOT

# What ends so holds the name of an address: `pattern_name`, `index_url_name`.
NAMING = ("pattern_name", "url_name")
REVERSING = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
URL_TAG = re.compile(r"""\{%\s*url\s+["']([\w:-]+)["']""")
# Whose templates lie in a folder that is not named after an app of ours.
FOLDERS = {
    "account": "accounts",
    "usersessions": "accounts",
    "blocks": "core",
    "components": "core",
    "layouts": "core",
    "questions": "courses",
    "styleguide": "core",
    "wagtailcore": "core",
    "demo": "core",
}
# Wagtail's own name for the address of any page: it asks for it by this name itself.
OF_WAGTAIL = {"wagtail_serve"}
MOST_INNER_IMPORTS = 20
LARGEST_SHARE = 0.25


def address_floors(found: URLResolver | None = None, namespace: str = "") -> dict[str, str]:
    """Return the floor of each address of ours by its name: that of the view behind it."""
    floors: dict[str, str] = {}
    for pattern in (found or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            floor = (getattr(pattern.callback, "__module__", "") or "").partition(".")[0]
            view_class = getattr(pattern.callback, "view_class", None)
            floor = view_class.__module__.partition(".")[0] if view_class else floor
            if pattern.name and floor in FLOORS:
                floors[f"{namespace}{pattern.name}"] = floor
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            floors |= address_floors(pattern, inner)
    return floors


def python_files(floor: str) -> Iterator[Path]:
    for path in sorted((ROOT / floor).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def names_in_python() -> Iterator[tuple[str, str, str]]:
    """Yield floor, place and name of each address that Python names by a string: to reverse it, or as what a view leads to."""
    for floor in FLOORS:
        for path in python_files(floor):
            for node in ast.walk(ast.parse(path.read_text())):
                if name := written(naming(node)):
                    yield floor, f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', '')}", name


def naming(node: ast.AST) -> ast.AST | None:
    """Return what names an address: the first argument of a call that reverses, a keyword or a variable that is called so."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in REVERSING and node.args:
        return node.args[0]
    if isinstance(node, ast.keyword) and (node.arg or "").endswith(NAMING):
        return node.value
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if isinstance(node, ast.Assign | ast.AnnAssign) and any(getattr(target, "id", "").endswith(NAMING) for target in targets):
        return node.value
    return None


def written(node: ast.AST | None) -> str:
    """Return a string as it is written, with a star for each value in it ("" for what is no string)."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def names_in_templates() -> Iterator[tuple[str, str, str]]:
    """Yield floor, place and name of each address that a template reverses by a string."""
    for path in sorted((ROOT / "templates").rglob("*.*")):
        inside = path.relative_to(ROOT / "templates").parts
        floor = FOLDERS.get(inside[0], inside[0]) if len(inside) > 1 else "core"
        for name in URL_TAG.findall(path.read_text()):
            # A message lies with the others; which floor sends it, its name alone does not say.
            yield ("administration" if floor == "email" else floor), str(path.relative_to(ROOT)), name


def test_every_folder_of_templates_belongs_to_a_floor() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()} - {"email"}
    assert {FOLDERS.get(folder, folder) for folder in folders} <= set(APPS)


@pytest.mark.parametrize("names", [names_in_python, names_in_templates], ids=["python", "templates"])
def test_no_address_is_named_upwards(names: object) -> None:
    floors = address_floors()
    assert {"learning:index", "credentials:certificate", "account_login"} <= floors.keys()
    seen, upward = 0, []
    for floor, place, name in names():  # type: ignore[operator]
        for named in fnmatch.filter(floors.keys() - OF_WAGTAIL, name) if name.strip("*:_") else ():
            seen += 1
            if FLOORS.index(floors[named]) > FLOORS.index(floor):
                upward.append(f"{place} names {named}, of {floors[named]}: ask core.navigation.address, or enter a panel")
    assert seen > 10
    assert upward == []


def inner_imports() -> Iterator[tuple[str, bool]]:
    """Yield each import of ours inside a function, but those of `ready()`, and whether a comment above it gives the reason."""
    for floor in FLOORS:
        for path in python_files(floor):
            lines = path.read_text().splitlines()
            tree = ast.parse("\n".join(lines))
            for function in ast.walk(tree):
                if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name == "ready":
                    continue
                for node in ast.walk(function):
                    module = (
                        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name if isinstance(node, ast.Import) else None
                    )
                    if module and module.partition(".")[0] in FLOORS:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", lines[node.lineno - 2].strip().startswith("#")


def test_imports_inside_functions_are_few_and_have_a_reason() -> None:
    found = dict(inner_imports())
    assert len(found) <= MOST_INNER_IMPORTS
    assert [place for place, has_reason in found.items() if not has_reason] == []


def test_no_floor_is_more_than_a_quarter_of_the_house() -> None:
    lines = {floor: sum(len(path.read_text().splitlines()) for path in python_files(floor)) for floor in FLOORS}
    total = sum(lines.values())
    assert {floor: count for floor, count in lines.items() if count > LARGEST_SHARE * total} == {}
