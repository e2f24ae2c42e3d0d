"""The repository installs anywhere: locked with hashes, for every patch release, and with nothing of one machine in it."""

from __future__ import annotations

import ast
import fnmatch
import io
import os
import re
import shutil
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import check_tracked, messages
from scripts.compile_translations import compile_file

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
# A path as texts write it. What stands in <angle brackets> or as an asterisk is any name.
NAMED = re.compile(r"[\w./*<>-]*[\w*>]\.(?:md|py|sh|html|js|css|yaml|toml)(?![\w/-])")
CODE_AND_LINKS = re.compile(r"```.*?```|`[^`\n]+`|\]\([^)\s]+\)", re.DOTALL)
# Comments of styles and scripts, of templates, and of shell scripts.
COMMENTS = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*|\{#.*?#\}|\{% comment.*?endcomment %\}|(?:^|\n)\s*#[^\n]*", re.DOTALL)
ADDRESS = re.compile(r"\w+://[^\s)`]+")
# Names that texts speak of although no such file exists: those that the house style refuses, and one made up for an example.
NO_FILES = {"utils.py", "helpers.py", "common.py", "manager.py", "./x.js"}


def pins(name: str) -> dict[str, set[str]]:
    """Return the locked versions of each package of a lock file."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.!+-]+)", (ROOT / name).read_text(), re.MULTILINE):
        found.setdefault(package.lower(), set()).add(version)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_version_and_hash(name: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text().strip())
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_tests_run_on_what_the_site_runs_on() -> None:
    site, tests = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {package: versions for package, versions in site.items() if tests.get(package) != versions} == {}


def test_the_lock_holds_for_the_python_of_debian_12() -> None:
    """Debian 12 has 3.11.2; soupsieve 3 and later refuse it, and without a marker `make demo` ends half-way there."""
    lock = (ROOT / "requirements.txt").read_text()
    assert re.search(r"^soupsieve==2[\w.]* ; python_full_version < '3\.11\.5'", lock, re.MULTILINE)


def test_nothing_of_one_machine_is_tracked() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    assert [line for path in check_tracked.tracked() for line in check_tracked.problems(path)] == []


@pytest.mark.parametrize(
    "bad",
    [
        "--extra-index" + "-url https://mirror.example/simple",
        "see /" + "home/ana/puente",
        "file:" + "///srv/wheels",
        "cd /" + "root/.cache",
    ],
)
def test_what_must_not_be_tracked_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    monkeypatch.setattr(check_tracked, "ROOT", tmp_path)
    (tmp_path / "notes.md").write_text(f"fine\n{bad}\n")
    assert len(check_tracked.problems(tmp_path / "notes.md")) == 1


def test_texts_of_templates_and_code_are_found() -> None:
    texts = {text.forms for text in messages.found_in_code()}
    assert ("Skip to the content",) in texts
    assert ("%(n)d minute", "%(n)d minutes") in texts
    assert all(form.strip() for forms in texts for form in forms)


def test_fuzzy_translations_are_not_compiled(tmp_path: Path) -> None:
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import write_po

    catalog = Catalog(locale="es", charset="utf-8", fuzzy=False)
    catalog.add("Yes", "Sí")
    catalog.add("No", "Tal vez", flags=["fuzzy"])
    po = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    with po.open("wb") as target:
        write_po(target, catalog)
    compile_file(po)
    with po.with_suffix(".mo").open("rb") as compiled:
        assert {message.id: message.string for message in read_mo(compiled) if message.id} == {"Yes": "Sí"}


def test_a_translation_that_loses_a_placeholder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    template, spanish = Catalog(), Catalog(locale="es")
    for catalog, texts in ((template, ("", "")), (spanish, ("Quedan %(n)s", "%(n)s pasos de %(m)s"))):
        catalog.add("%(n)s left", texts[0])
        catalog.add("%(n)s steps of %(total)s", texts[1])
    monkeypatch.setattr(messages, "read", lambda language: spanish)
    assert messages.gaps("es", template).placeholders == ["%(n)s steps of %(total)s"]


def remarks(source: str) -> Iterator[str]:
    """Yield the comments and docstrings of a module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def named_in(path: Path) -> set[str]:
    """Return the paths that a text file names: code, comments of code and links; not the files of other machines and sites."""
    text = path.read_text(encoding="utf-8")
    texts = remarks(text) if path.suffix == ".py" else (CODE_AND_LINKS if path.suffix == ".md" else COMMENTS).findall(text)
    return {name for found in texts for name in NAMED.findall(ADDRESS.sub("", found)) if not name.startswith("/")}


def is_there(name: str, beside: str, tracked: set[str]) -> bool:
    """Whether a tracked file has this path: from the root, from the file that names it, or as the end of a longer one."""
    pattern = re.sub(r"<[\w ]+>", "*", name)
    wanted = {os.path.normpath(pattern), os.path.normpath(Path(beside).parent / pattern)}
    if wanted & tracked:
        return True
    return any(fnmatch.fnmatchcase(path, one) or fnmatch.fnmatchcase(path, f"*/{one}") for path in tracked for one in wanted)


def test_every_file_that_texts_name_is_there() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    tracked = {path.relative_to(ROOT).as_posix() for path in check_tracked.tracked() if path.is_file()}
    texts = sorted(path for path in tracked if path.endswith((".md", ".py", ".css", ".js", ".html", ".sh", ".typ")))
    named = [(path, name) for path in texts for name in sorted(named_in(ROOT / path))]
    assert len(named) > 100
    assert [(path, name) for path, name in named if name not in NO_FILES and not is_there(name, path, tracked)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "The plan is in `PLAN.md`, section 5."),
        ("a.md", "See [the plan](docs/PLAN.md#floors)."),
        ("a.md", "```\npython scripts/plan.py\n```"),
        ("a.py", '"""Follows docs/PLAN.md."""\n'),
        ("a.py", "def a():\n    pass  # as docs/<language>/plan.md says\n"),
        ("a.css", "/* The colours of docs/plan.md. */\na { color: red; }"),
        ("a.html", "{# As docs/plan.md says. #}<p></p>"),
        ("a.sh", "make plan  \n# follows docs/plan.md\n"),
    ],
)
def test_a_file_that_is_named_and_not_there_is_found(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    named = named_in(path)
    assert len(named) == 1
    assert not is_there(named.pop(), name, {"docs/README.md", "scripts/planning.py", name})


def test_files_are_named_by_path_by_the_end_of_it_or_by_a_pattern() -> None:
    tracked = {"docs/README.md", "docs/record.md", "docs/guides/es/editor.md", "tests/core/test_search.py"}
    for name in ("docs/record.md", "record.md", "./record.md", "test_search.py", "docs/guides/<language>/<role>.md", "docs/*.md"):
        assert is_there(name, "docs/README.md", tracked), name
    assert not is_there("cord.md", "docs/README.md", tracked)


def test_the_pages_of_docs_are_short_and_linked_from_their_readme() -> None:
    """Twelve thousand words are what a newcomer can read in a day. Decisions and guides are not counted."""
    pages = sorted((ROOT / "docs").glob("*.md"))
    assert sum(len(page.read_text(encoding="utf-8").split()) for page in pages) <= 12_000
    contents = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in pages if page.name != "README.md" and f"]({page.name})" not in contents] == []


def test_the_glossary_has_a_line_for_each_term_in_alphabetical_order() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()[2:]
    terms = [re.match(r"- \*\*([a-z ]+)\*\*: \S", line) for line in lines]
    assert [line for line, term in zip(lines, terms, strict=True) if not term] == []
    names = [term[1] for term in terms if term]
    assert names == sorted(set(names))
