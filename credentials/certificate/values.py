"""The plain values that are printed on a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from foundation.versions import known_version

# Four letters, a hyphen, four letters …: a code is read aloud and typed from paper.
GROUP = 4
# Versions of what is printed: for a course that was completed, and for one that was not.
EARNED, BY_DECISION = 1, 2
# Schemas of a snapshot: of a course that was completed, and of one that was not (credentials.services.award_credential).
SCHEMA, SCHEMA_OF_OVERRIDE = 1, 2


@dataclass(frozen=True, slots=True)
class CertificateValues:
    """Everything that one PDF is made from. The same values give the same bytes."""

    language: str
    name: str
    title: str
    title_language: str
    topic: str
    slug: str
    minutes: int
    completed_on: date | None
    issued_at: datetime
    grade: int | None
    honours: bool
    issuer: str
    code: str
    url: str
    demo: bool
    template_version: int
    # When the issuer decided to issue it, where the course was not completed.
    decided_on: date | None = None


def written_code(code: str) -> str:
    """Return a code as people read it: in groups of four."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def read_snapshot(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a stored snapshot whose words and figures this release understands.

    Raises:
        VersionUnknown: it is of another schema.
    """
    known_version("certificate", snapshot, (SCHEMA, SCHEMA_OF_OVERRIDE))
    return snapshot


def credential_title(snapshot: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the title of what was earned and the language it is in: the one asked for, else the one it was learned in.

    Never "the first there is": PostgreSQL keeps the keys of a JSON document in an order of its own.
    """
    titles: Mapping[str, str] = snapshot["titles"]
    for code in (language, snapshot.get("language", ""), *sorted(titles)):
        if titles.get(code):
            return titles[code], code
    return "", language


def day_in(snapshot: Mapping[str, Any], key: str) -> date | None:
    """Return a day of a snapshot, None where there is none: an override has no day of completion, an earned one no decision."""
    written = snapshot.get(key)
    return date.fromisoformat(written) if written else None


def values_of(
    snapshot: Mapping[str, Any], *, name: str, language: str, code: str, url: str, issued_at: datetime, template_version: int
) -> CertificateValues:
    """Read the snapshot of a credential for one language.

    Raises:
        VersionUnknown: it is of another schema.
    """
    read_snapshot(snapshot)
    title, title_language = credential_title(snapshot, language)
    return CertificateValues(
        language=language,
        name=name,
        title=title,
        title_language=title_language,
        topic=snapshot["topic"],
        slug=snapshot["slug"],
        minutes=snapshot["minutes"],
        completed_on=day_in(snapshot, "completed_on"),
        issued_at=issued_at,
        grade=snapshot["grade"],
        honours=snapshot["honours"],
        issuer=snapshot["issuer"],
        code=code,
        url=url,
        demo=snapshot["demo"],
        template_version=template_version,
        decided_on=day_in(snapshot, "decided_on"),
    )
