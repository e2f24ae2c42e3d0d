"""Keep locale/*/LC_MESSAGES/django.po in step with the code, without gettext on the machine.

    python -m scripts.messages           `make messages`: put new msgids in, take gone ones out, keep translations
    python -m scripts.messages --check   part of `make check`: nothing missing, nothing fuzzy, placeholders kept

Source texts are English, so an empty entry of `en` is complete. Spanish must be whole; Portuguese and French are
reported until their content comes. Templates are read with Django's own lexer, Python with Babel.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from foundation import languages

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "foundation",
    "accounts",
    "core",
    "editorial",
    "knowledge",
    "courses",
    "learning",
    "credentials",
    "administration",
    "config",
)
SOURCE_LANGUAGE = "en"
MUST_BE_WHOLE = (languages.first_language().code, SOURCE_LANGUAGE)
MOST_LISTED = 20
# The dates of the headers stand still: a date that changes at each run would only make conflicts. History is in git.
FIRST_DAY = datetime(2026, 11, 24, tzinfo=UTC)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CALL_IN_TEMPLATE = re.compile(r"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


@dataclass(frozen=True, slots=True)
class Found:
    """One translatable text: where it is, its context and its forms (one, or singular and plural)."""

    path: str
    line: int
    forms: tuple[str, ...]
    context: str | None = None
    comments: tuple[str, ...] = ()


def in_python(path: Path) -> Iterator[Found]:
    """Find the texts of a Python file."""
    with path.open("rb") as source:
        for line, forms, comments, context in extract("python", source, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=False):
            texts = tuple(forms) if isinstance(forms, tuple | list) else (forms,)
            yield Found(str(path.relative_to(ROOT)), line, texts, context, tuple(comments))


def in_template(path: Path) -> Iterator[Found]:
    """Find the texts of a template: Django turns its tags into calls, and Python's own parser reads each call."""
    from django.utils.translation.template import templatize

    calls = templatize(path.read_text(encoding="utf-8"), str(path))
    for match in CALL_IN_TEMPLATE.finditer(calls):
        call = _call_at(calls, match.start())
        if call is None:
            continue
        texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
        name = match[1]
        context = texts.pop(0) if name in {"pgettext", "npgettext"} else None
        yield Found(str(path.relative_to(ROOT)), calls.count("\n", 0, match.start()) + 1, tuple(texts), context)


def _call_at(text: str, start: int) -> ast.Call | None:
    """Return the shortest piece from `start` that parses as a call."""
    end = text.find(")", start)
    while end != -1:
        try:
            parsed = ast.parse(text[start : end + 1], mode="eval").body
        except SyntaxError:
            end = text.find(")", end + 1)
            continue
        return parsed if isinstance(parsed, ast.Call) else None
    return None


def found_in_code() -> list[Found]:
    """Find every text of the site."""
    found: list[Found] = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                found += in_python(path)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            found += in_template(path)
    return [text for text in found if text.forms and text.forms[0]]


def template_catalog() -> Catalog:
    """Return the texts of the code as a catalogue without translations."""
    catalog = Catalog(charset="utf-8")
    for text in found_in_code():
        message_id = text.forms if len(text.forms) > 1 else text.forms[0]
        catalog.add(message_id, locations=[(text.path, 0)], context=text.context, auto_comments=list(text.comments))
    return catalog


def po_path(language: str) -> Path:
    """Return where the translations of a language are."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Read the translations of a language; an empty catalogue when there are none yet."""
    path = po_path(language)
    if path.exists():
        with path.open("rb") as source:
            return read_po(source, locale=language)
    return Catalog(
        locale=language,
        charset="utf-8",
        project="Puente",
        version="1",
        header_comment=f"# Puente: {language}. Made by `make messages`; translate the empty msgstr.",
        copyright_holder="Puente contributors",
        msgid_bugs_address="see SECURITY.md and CONTRIBUTING.md",
        last_translator="Puente contributors",
        language_team=language,
        revision_date=FIRST_DAY,
        creation_date=FIRST_DAY,
        fuzzy=False,
    )


def update() -> None:
    """Bring every file in step with the code. Nothing is guessed: a changed text starts untranslated."""
    template = template_catalog()
    for language in languages.codes():
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        for message in catalog:
            # File names, not line numbers: a line added above must not change four files.
            message.locations = sorted(set(message.locations))
        buffer = io.BytesIO()
        write_po(buffer, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())
        sys.stdout.write(f"{language}: {len(catalog)} texts\n")


@dataclass(slots=True)
class Gaps:
    """What is wrong with the translations of one language."""

    missing: list[str] = field(default_factory=list)
    fuzzy: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many texts a reader would not see as they should be."""
        return len(self.missing) + len(self.fuzzy) + len(self.placeholders)


def _forms(message: Message) -> tuple[str, ...]:
    strings = message.string
    return tuple(strings) if isinstance(strings, tuple | list) else (strings or "",)


def _placeholders_kept(message: Message) -> bool:
    """Whether each form has exactly the placeholders of one of its source forms; a form for "one" may leave the number out."""
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted = [frozenset(PLACEHOLDER.findall(source)) for source in sources]
    return all(frozenset(PLACEHOLDER.findall(form)) in wanted for form in _forms(message) if form)


def gaps(language: str, template: Catalog) -> Gaps:
    """Compare the translations of a language with the code."""
    catalog = read(language)
    result = Gaps()
    for wanted in template:
        if not wanted.id:
            continue
        text = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
        message = catalog.get(wanted.id, wanted.context)
        translated = message is not None and all(_forms(message))
        if message is None or (not translated and language != SOURCE_LANGUAGE):
            result.missing.append(text)
        elif message.fuzzy:
            result.fuzzy.append(text)
        elif not _placeholders_kept(message):
            result.placeholders.append(text)
    return result


def check() -> bool:
    """Say what is missing; return whether the languages that must be whole are."""
    template = template_catalog()
    whole = True
    for language in languages.codes():
        found = gaps(language, template)
        must = language in MUST_BE_WHOLE
        whole = whole and not (must and found.count)
        sys.stdout.write(f"{language}: {len(template) - found.count} of {len(template)} texts{'' if must else ' (not required yet)'}\n")
        if must:
            for kind, texts in (("missing", found.missing), ("fuzzy", found.fuzzy), ("other placeholders", found.placeholders)):
                for text in texts[:MOST_LISTED]:
                    sys.stdout.write(f"  {kind}: {text!r}\n")
                if len(texts) > MOST_LISTED:
                    sys.stdout.write(f"  … and {len(texts) - MOST_LISTED} more {kind}\n")
    return whole


def main() -> None:
    """Update, or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        sys.exit(0 if check() else "Translations are not complete: run `make messages` and translate.")
    update()


if __name__ == "__main__":
    main()
