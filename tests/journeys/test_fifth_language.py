"""A fifth language is one entry in the table and its files: a copy of the site is given one, and the site is walked through in it.

A copy, since settings, fields and addresses are made of the table when the site starts; what has to be changed in it is
all that a new language costs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po, write_po

from tests.architecture.floors import FLOORS, ROOT
from tests.template_database import Template, fingerprint, sources, versions

CODE = "xx"
COPIED = (*FLOORS, "templates", "static", "locale", "scripts", "tests", "docs/guides")
ENTRY = """
LANGUAGES.register(
    Language(
        name="xx",
        own_name="Ẋẋ",
        direction="rtl",
        babel_locale="pt",
        quotation_marks=("„", "“"),
        single_mark="‚",
        has_spaced_marks=False,
        numbers=NumberForm(decimal_mark="·", thousands_mark="’", grouped_from=4),
        fallbacks=("pt", "es"),
    )
)
"""


def in_brackets(text: str) -> str:
    return f"‹{text}›"


def run(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module in the copy, with nothing of how this run of the tests was started."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DATABASE_", "DJANGO_"))}
    own |= {"DATABASE_URL": f"sqlite:///{site / 'site.sqlite3'}", "VAR_DIR": str(site / "var")}
    return subprocess.run([sys.executable, "-m", *command], cwd=site, env=own, capture_output=True, text=True, timeout=600, check=False)


def copy_of_the_site(to: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pyproject.toml", ".importlinter"):
        shutil.copy(ROOT / name, to / name)
    return to


def add_entry(site: Path) -> None:
    table = site / "foundation" / "languages.py"
    before, functions = table.read_text(encoding="utf-8").split("\n\n\ndef codes(", 1)
    table.write_text(f"{before}{ENTRY.rstrip()}\n\n\ndef codes({functions}", encoding="utf-8")


def add_texts(site: Path) -> None:
    folder = site / "core" / "site_content"
    texts = yaml.safe_load((folder / "en.yaml").read_text(encoding="utf-8").replace("/en/", f"/{CODE}/"))
    bracketed = {part: {name: text if name == "body" else in_brackets(text) for name, text in said.items()} for part, said in texts.items()}
    (folder / f"{CODE}.yaml").write_text(yaml.safe_dump(bracketed, allow_unicode=True), encoding="utf-8")


def add_catalogue(site: Path) -> None:
    """Make the catalogue as `make messages` does, and translate every text."""
    made = run(site, "scripts.messages")
    assert f"{CODE}: " in made.stdout, made.stderr
    path = site / "locale" / CODE / "LC_MESSAGES" / "django.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=CODE)
    for message in catalogue:
        if message.id:
            forms = message.id if isinstance(message.id, tuple | list) else (message.id,)
            said = tuple(in_brackets(form) for form in forms)
            message.string = said if len(said) > 1 else said[0]
    with path.open("wb") as target:
        write_po(target, catalogue)
    compiled = run(site, "scripts.compile_translations")
    assert compiled.returncode == 0, compiled.stderr


def lend_database(site: Path, cache: Path, kept: Path) -> None:
    """Let the copy begin with the database of this run, as a site does that was migrated before it got the language."""
    own = Template(cache / "d" / "puente-database", fingerprint(sources(site), versions()))
    own.folder.mkdir(parents=True)
    if kept.exists():
        shutil.copy(kept, own.file)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the site with an entry and the files of a fifth language, and nothing else changed."""
    copy = copy_of_the_site(tmp_path_factory.mktemp("site"))
    add_entry(copy)
    add_texts(copy)
    add_catalogue(copy)
    return copy


def test_the_site_speaks_a_fifth_language_for_one_entry_and_its_files(site: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kept = Template(request.config.cache.mkdir("puente-database"), fingerprint(sources(ROOT), versions()))  # type: ignore[union-attr]
    lend_database(site, tmp_path, kept.file)
    walked = run(site, "pytest", "-o", f"cache_dir={tmp_path}", "tests/journeys/fifth_language.py")
    assert walked.returncode == 0, walked.stdout[-6000:] + walked.stderr[-2000:]
    assert "skipped" not in walked.stdout
