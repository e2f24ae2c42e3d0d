"""Find a person or a certificate for an administrator: by the beginning of an address, words of a name, or a code.

Names are compared without case and accents. PostgreSQL does it with an index (migration 0005: `puente_fold` and a word
index over it), SQLite with a function of the same name that runs in Python: it reads every row, and is for one machine.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db.backends.signals import connection_created
from django.db.models import BooleanField, F, Func

from accounts.models import User
from administration.lists.paginator import MOST
from core.search import fold, words_of
from credentials.forms import VerifyForm
from credentials.models import CODE_ALPHABET, CODE_LENGTH, Credential, CredentialHolder

LONGEST_QUERY = 200
# Fewer characters of a code are rather the beginning of a name.
SHORTEST_CODE = 4
_NOT_IN_A_CODE = re.compile(r"[\W_]+")


def folded(text: str | None) -> str | None:
    """Return a name as it is compared: without case, accents and punctuation."""
    return None if text is None else fold(text).replace("_", " ")


def connect() -> None:
    """Give SQLite the function that PostgreSQL gets by migration. Called from `ready()`."""
    connection_created.connect(_teach_sqlite, dispatch_uid="learning-fold")


def _teach_sqlite(connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("puente_fold", 1, folded, deterministic=True)


class HoldsWords(Func):
    """Whether a name has, for each of some folded words, a word that begins with it."""

    output_field = BooleanField()

    def __init__(self, name: str, words: tuple[str, ...]) -> None:
        super().__init__(F(name))
        self.words = words

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        """Ask the word index; the words hold only letters and digits, so that nothing in them is an operator."""
        sql, params = compiler.compile(self.source_expressions[0])
        wanted = " & ".join(f"'{word}':*" for word in self.words)
        return f"(to_tsvector('simple', puente_fold({sql})) @@ to_tsquery('simple', %s))", [*params, wanted]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Compare row by row."""
        sql, params = compiler.compile(self.source_expressions[0])
        one = f"(' ' || puente_fold({sql})) LIKE %s"
        return "(" + " AND ".join([one] * len(self.words)) + ")", [value for word in self.words for value in (*params, f"% {word}%")]


def _words(query: str) -> tuple[str, ...]:
    return tuple(" ".join(words_of(query[:LONGEST_QUERY])).replace("_", " ").split())


def people_found(query: str) -> list[Any]:
    """Return the numbers of accounts found by address and by name: one search each, with an index of its own."""
    found: list[Any] = [User.objects.filter(email__startswith=text).values("pk") for text in _beginnings(query)]
    if words := _words(query):
        found.append(User.objects.filter(HoldsWords("printed_name", words)).values("pk"))
    return found


def learner_ids(query: str) -> Any:
    """Return the accounts found, as a subquery of their numbers; none when the query says nothing.

    As one condition with OR, PostgreSQL would rather walk through all accounts, the newest first, and fold every name on
    the way: a second at 100,000.
    """
    found = people_found(query)
    return _together(found) if found else User.objects.none().values("pk")


def is_too_common(found: list[Any]) -> bool:
    """Whether one of the searches finds more than a list shows. Stops counting there: that costs the same with any number."""
    return any(search[: MOST + 1].count() > MOST for search in found)


def _beginnings(query: str) -> list[str]:
    """Return what an address may begin with: the query, unless it has spaces."""
    text = query.strip()[:LONGEST_QUERY].lower()
    return [text] if text and " " not in text else []


def _together(found: list[Any]) -> Any:
    return found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]


def credential_named(query: str) -> Credential | None:
    """Return the certificate whose code, address or number was typed, with its holder; as people check one themselves."""
    form = VerifyForm({"code": query[:LONGEST_QUERY]})
    if not form.is_valid():
        return None
    wanted = form.cleaned_data["code"]
    by = {"pk": wanted} if isinstance(wanted, UUID) else {"code": wanted}
    return Credential.objects.filter(**by).select_related("holder").only("pk", "enrolment_id", "holder__learner_id").first()


def credentials_found(query: str) -> list[Any]:
    """Return the numbers of certificates found by code, by name printed and by address of the holder: one search each."""
    found: list[Any] = []
    code = _NOT_IN_A_CODE.sub("", query[:LONGEST_QUERY]).upper()
    if SHORTEST_CODE <= len(code) <= CODE_LENGTH and set(code) <= set(CODE_ALPHABET):
        found.append(Credential.objects.filter(code__startswith=code).values("pk"))
    if words := _words(query):
        found.append(CredentialHolder.objects.filter(HoldsWords("printed_name", words)).values("credential_id"))
    return found + [CredentialHolder.objects.filter(learner__email__startswith=text).values("credential_id") for text in _beginnings(query)]


def credential_ids(query: str) -> Any:
    """Return the certificates found, as a subquery of their numbers; the one whose whole code was typed is found alone."""
    if (credential := credential_named(query)) is not None:
        return [credential.pk]
    found = credentials_found(query)
    return _together(found) if found else []
