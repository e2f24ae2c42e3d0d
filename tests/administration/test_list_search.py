"""People are found in the administrators' lists by address, by words of their name, and by the code of a certificate."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

from administration.lists.search import folded
from credentials.models import Credential
from tests.administration.lists import EACH, admin, rows
from tests.factories import finish_course, make_course, make_user

__all__ = ["admin"]  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PEOPLE = {
    "jose@example.org": "José Ñuñez",
    "li@example.org": "李小龍",
    "maria.garcia@example.org": "María García-López",
    "other@example.net": "Jo O’Neil",
    "percent@example.org": "100% Real_Name",
}


@pytest.fixture(scope="module")
def people(rows_of_module: None) -> None:
    """Each of them has finished a course. No test here changes anything of theirs."""
    course = make_course()
    for email, name in PEOPLE.items():
        finish_course(course, make_user(email, printed_name=name))


@pytest.fixture
def named(people: None, admin: Client) -> Client:
    return admin


@EACH
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("jose nunez", ["jose@example.org"]),
        ("NUÑEZ  josé", ["jose@example.org"]),
        ("jo", ["jose@example.org", "other@example.net"]),
        ("lopez maria", ["maria.garcia@example.org"]),
        ("maria.g", ["maria.garcia@example.org"]),
        ("LI@EXAMPLE.ORG", ["li@example.org"]),
        ("李", ["li@example.org"]),
        ("neil", ["other@example.net"]),
        ("real name", ["percent@example.org"]),
        ("example.org", []),
        ("%", []),
        ("_", []),
        ("jo_e@", []),
        ('"', []),
        ("'", []),
        ("')) OR 1=1 --", []),
        ("& | ! :*", []),
        ("\\", []),
    ],
)
def test_people_are_found_by_address_and_words_of_the_name(named: Client, name: str, query: str, found: list[str]) -> None:
    seen = rows(named.get(f"/admin/{name}/", {"q": query}))
    assert sorted(email for email in PEOPLE if any(email in row for row in seen)) == found
    assert len(seen) == len(found)


@EACH
def test_a_certificate_is_found_by_its_code_however_it_is_typed(named: Client, name: str) -> None:
    credential = Credential.objects.select_related("holder__learner").get(holder__learner__email="li@example.org")
    code = credential.code
    ways = [code, code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}", f" {code[:4]} {code[4:8]} {code[8:]} ", str(credential.pk)]
    for typed in [*ways, f"https://example.org/credentials/{credential.pk}/"]:
        seen = rows(named.get(f"/admin/{name}/", {"q": typed}))
        assert len(seen) == 1, typed
        assert "li@example.org" in seen[0]


def test_the_beginning_of_a_code_finds_certificates(named: Client) -> None:
    code = Credential.objects.values_list("code", flat=True)[0]
    assert any(code[:4] in row for row in rows(named.get("/admin/certificates/", {"q": code[:6]})))


@pytest.mark.parametrize("name", ["Straße", "José Ñuñez", "O’Neil_x", "محمّد", "Łukasz", "İnci", "ﬁ", '=HYPERLINK("x")', "a.b-c/d"])
def test_the_database_folds_names_as_the_search_does(name: str) -> None:
    """On PostgreSQL by a function in SQL, on SQLite by the same Python: what one stores, the other asks for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT puente_fold(%s)", [name])
        in_database = cursor.fetchone()[0]
    assert re.sub(r"\W+", " ", in_database).split() == (folded(name) or "").split()
