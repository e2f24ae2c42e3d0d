"""Certificates on the web: what anyone sees, who gets the file, the holder's page, and the administrator's list."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credentials.forms import VerifyForm
from credentials.models import CODE_LENGTH, Credential, CredentialFile, CredentialHold, CredentialHolder
from tests.credentials.test_certificate import LANGUAGES, make_credential
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db
NAME = "Ñandú Pérez"


@pytest.fixture
def learner() -> User:
    return make_user("holder@example.org")


@pytest.fixture
def credential(learner: User) -> Credential:
    return make_credential(NAME, learner)


def page_of(credential: Credential, language: str = "en") -> str:
    return reverse("credential", args=[credential.pk]) + f"?lang={language}"


def pdf_of(credential: Credential, language: str = "en") -> str:
    return reverse("credential_pdf", args=[credential.pk]) + f"?lang={language}"


def mine_of(credential: Credential, language: str = "en") -> str:
    return f"/{language}/learning/certificates/{credential.pk}/"


def words(response: Any) -> str:
    """Return the text of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def revoke(credential: Credential, **fields: Any) -> None:
    Credential.objects.filter(pk=credential.pk).update(revoked_at=timezone.now(), **fields)


def show(credential: Credential) -> None:
    CredentialHolder.objects.filter(credential=credential).update(show_name=True)


# The public page


def test_a_valid_certificate_says_what_it_attests(client: Client, credential: Credential, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = client.get(page_of(credential))
    assert response.status_code == 200
    text = words(response)
    code = credential.code
    for expected in ("This certificate is valid", "Finance on arrival", "1 hour 30 minutes", "March 1, 2026", "88%", "issued by Puente"):
        assert expected in text
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in text
    assert f"/credentials/{credential.pk}/" in text
    assert NAME not in text
    assert "holder@example.org" not in text


def test_the_name_is_there_only_while_its_holder_shows_it(client: Client, credential: Credential) -> None:
    show(credential)
    assert NAME in words(client.get(page_of(credential)))
    CredentialHolder.objects.update(show_name=False)
    assert NAME not in words(client.get(page_of(credential)))


def test_it_is_the_same_bytes_for_everyone(client: Client, credential: Credential, learner: User) -> None:
    for address in (page_of(credential), reverse("credential", args=[credential.pk]), reverse("credential_verify") + "?lang=en"):
        anonymous = client.get(address)
        signed_in = Client()
        signed_in.force_login(learner)
        again = signed_in.get(address)
        assert again.content == anonymous.content
        assert again["ETag"] == anonymous["ETag"]
        for response in (anonymous, again):
            assert response["Cache-Control"] == "public, no-cache"
            assert not response.cookies
            assert "csrf" not in response.content.decode()
            assert 'name="robots" content="noindex"' in response.content.decode()


def test_it_answers_304_until_something_changes(client: Client, credential: Credential) -> None:
    etag = client.get(page_of(credential))["ETag"]
    assert client.get(page_of(credential), headers={"If-None-Match": etag}).status_code == 304
    revoke(credential)
    assert client.get(page_of(credential), headers={"If-None-Match": etag}).status_code == 200


def test_it_varies_by_the_cookie_only_where_the_cookie_chooses_the_language(client: Client, credential: Credential, settings: Any) -> None:
    bare = reverse("credential", args=[credential.pk])
    assert "Cookie" not in client.get(page_of(credential)).get("Vary", "")
    assert {"Accept-Language", "Cookie"} <= set(client.get(bare)["Vary"].split(", "))
    assert "Cookie" in client.get(bare + "?lang=xx")["Vary"]
    assert 'lang="fr"' in client.get(bare, headers={"Accept-Language": "fr"}).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pt"
    assert '<html lang="pt"' in client.get(bare, headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="en"' in client.get(page_of(credential), headers={"Accept-Language": "fr"}).content.decode()


def test_every_language_is_one_link_away(client: Client, credential: Credential) -> None:
    body = client.get(reverse("credential", args=[credential.pk])).content.decode()
    for language in LANGUAGES:
        assert f'href="/credentials/{credential.pk}/?lang={language}"' in body
        assert client.get(page_of(credential, language)).status_code == 200


def test_a_revoked_one_says_when_and_why(client: Client, credential: Credential) -> None:
    show(credential)
    revoke(credential, reason="Issued to the wrong person.")
    response = client.get(page_of(credential))
    text = words(response)
    assert response.status_code == 200
    assert "This certificate was revoked" in text
    assert "Issued to the wrong person." in text
    assert "is valid" not in text.replace("it is valid", "")
    assert NAME not in text
    assert ".pdf" not in response.content.decode()


def test_a_replaced_one_leads_to_its_replacement(client: Client, credential: Credential, django_assert_num_queries: Any) -> None:
    other = make_credential()
    revoke(credential, replaced_by=other)
    with django_assert_num_queries(1):
        response = client.get(page_of(credential))
    assert "This certificate was replaced" in words(response)
    assert f'href="/credentials/{other.pk}/?lang=en"' in response.content.decode()


def test_an_unknown_one_says_what_to_check(client: Client) -> None:
    response = client.get(f"/credentials/{uuid.uuid4()}/?lang=en")
    assert response.status_code == 404
    assert "We know no certificate at this address" in words(response)
    assert "the whole address was copied" in words(response)
    assert reverse("credential_verify") in response.content.decode()
    assert response["Cache-Control"] == "public, no-cache"


def test_an_address_that_lost_a_piece_is_answered_in_words_too(client: Client, credential: Credential) -> None:
    for address in (f"/credentials/{str(credential.pk)[:-4]}/", "/credentials/not-a-uuid/"):
        response = client.get(address + "?lang=en")
        assert response.status_code == 404
        assert "We know no certificate at this address" in words(response)
    for address in (str(credential.pk).upper(), credential.pk.hex):
        assert client.get(f"/credentials/{address}/?lang=en")["Location"] == page_of(credential)
    assert client.get(f"/credentials/{credential.pk}")["Location"] == f"/credentials/{credential.pk}/"


def test_an_erased_holder_leaves_a_certificate_without_a_name(client: Client, credential: Credential) -> None:
    CredentialHolder.objects.all().delete()
    assert "Erased at the holder’s request" in words(client.get(page_of(credential)))
    assert client.get(pdf_of(credential)).status_code == 410


def test_a_demonstration_says_so(client: Client) -> None:
    text = words(client.get(page_of(make_credential(demo=True))))
    assert "attests nothing" in text


def test_it_is_only_read(client: Client, credential: Credential) -> None:
    assert client.post(page_of(credential)).status_code == 405
    assert client.post(reverse("credential_verify")).status_code == 405
    assert client.head(page_of(credential)).status_code == 200


# The code


@pytest.mark.parametrize("write", [
    lambda code: code, str.lower, lambda code: f"{code[:4]}-{code[4:8]}-{code[8:]}",
    lambda code: f"  {code[:4]} {code[4:8]}  {code[8:].lower()} ",
    lambda code: "–".join([code[:4], code[4:8], code[8:]]) + ".", lambda code: "_".join(code),
])  # fmt: skip
def test_a_code_is_found_however_it_is_typed(client: Client, credential: Credential, write: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = client.get(reverse("credential_verify"), {"code": write(credential.code), "lang": "fr"})
    assert response.status_code == 302
    assert response["Location"] == page_of(credential, "fr")
    assert not response.cookies


def test_an_address_can_be_pasted_instead(client: Client, credential: Credential) -> None:
    response = client.get(reverse("credential_verify"), {"code": f"https://puente.example/credentials/{credential.pk}/?lang=pt"})
    assert response["Location"] == reverse("credential", args=[credential.pk])


@pytest.mark.parametrize(("code", "says"), [
    ("2" * CODE_LENGTH, "No certificate of this site has this code"),
    ("ABC", "this has 3"),
    ("O01ABCDEFGHJ", "never contains O, 0, 1"),
    ("", "Type the code that is printed"),
    ("   ", "Type the code that is printed"),
    ("9c084b37-faf5-4f80-a25e-9e5f859049f5", "No certificate of this site has this code"),
    ("<script>alert(1)</script>", "never contains"),
    ("\0" * 12, ""),
    ("9" * 5000, "this has 5000"),
])  # fmt: skip
def test_a_code_that_is_not_found_says_what_to_check(client: Client, code: str, says: str) -> None:
    response = client.get(reverse("credential_verify"), {"code": code, "lang": "en"})
    assert response.status_code == 404
    assert says in words(response)
    assert "There is a problem" in words(response)
    assert "<script>alert" not in response.content.decode()
    assert response["Cache-Control"] == "public, no-cache"


def test_without_a_code_the_form_is_empty(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get(reverse("credential_verify") + "?lang=en")
    assert response.status_code == 200
    assert "There is a problem" not in words(response)
    assert '<input type="hidden" name="lang" value="en">' in response.content.decode()


def test_the_form_names_the_strange_characters_once() -> None:
    form = VerifyForm({"code": "OOO0"})
    assert not form.is_valid()
    assert form.errors["code"].as_data()[0].params == {"characters": "O, 0"}
    assert isinstance(form.errors["code"].as_data()[0], ValidationError)


# The file


def test_the_holder_gets_the_file(client: Client, credential: Credential, learner: User, django_assert_max_num_queries: Any) -> None:
    client.force_login(learner)
    response = client.get(pdf_of(credential, "fr"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith('inline; filename="puente-finance-')
    assert response["Content-Disposition"].endswith('-fr.pdf"')
    assert response["Content-Disposition"].isascii()
    assert NAME in pypdfium2.PdfDocument(response.content)[0].get_textpage().get_text_bounded()
    with django_assert_max_num_queries(4):
        assert client.get(pdf_of(credential, "fr")).content == response.content
    assert CredentialFile.objects.count() == 1


def test_a_slug_of_any_sort_makes_an_ascii_name(client: Client, learner: User) -> None:
    client.force_login(learner)
    response = client.get(pdf_of(make_credential(NAME, learner, slug='ñandú "x"\r\n/../y')))
    assert re.fullmatch(r'inline; filename="[A-Za-z0-9.-]+"', response["Content-Disposition"])


@pytest.mark.parametrize("who", ["nobody", "somebody else"])
def test_others_do_not_get_it(client: Client, credential: Credential, who: str) -> None:
    if who == "somebody else":
        client.force_login(make_user())
    response = client.get(pdf_of(credential))
    assert response.status_code == 403
    assert response["Cache-Control"] == "private, no-store"
    assert "This file is for its holder" in words(response)
    assert NAME not in words(response)
    assert page_of(credential) in response.content.decode()
    assert not CredentialFile.objects.exists()


def test_anyone_gets_it_while_the_name_is_shown(client: Client, credential: Credential) -> None:
    show(credential)
    response = client.get(pdf_of(credential))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    assert pdf_of(credential) in client.get(page_of(credential)).content.decode()
    CredentialHolder.objects.update(show_name=False)
    assert client.get(pdf_of(credential)).status_code == 403


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_what_is_over_is_gone(client: Client, credential: Credential, learner: User, how: str) -> None:
    client.force_login(learner)
    assert client.get(pdf_of(credential)).status_code == 200
    revoke(credential, **({"replaced_by": make_credential()} if how == "replaced" else {}))
    response = client.get(pdf_of(credential))
    assert response.status_code == 410
    assert page_of(credential) in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_what_can_not_be_printed_is_said_in_words(client: Client, learner: User) -> None:
    held = make_credential("李 Ana", learner)
    client.force_login(learner)
    response = client.get(pdf_of(held))
    assert response.status_code == 409
    assert response["Content-Type"].startswith("text/html")
    assert "The certificate is valid" in words(response)
    assert "<bdi>李</bdi>" in response.content.decode()
    assert CredentialHold.objects.filter(credential=held, resolved_at=None).count() == 1
    assert "is valid" in words(client.get(page_of(held)))


def test_an_unknown_file_is_404(client: Client) -> None:
    response = client.get(f"/credentials/{uuid.uuid4()}.pdf?lang=en")
    assert response.status_code == 404
    assert "We know no certificate" in words(response)


def test_the_stored_file_has_no_address(client: Client, credential: Credential, learner: User) -> None:
    show(credential)
    client.get(pdf_of(credential))
    make_site()
    assert client.get(f"/media/{CredentialFile.objects.get().path}").status_code == 404


# The holder's page


def test_the_holder_sees_it_with_name_files_and_address(
    client: Client, credential: Credential, learner: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(learner)
    with django_assert_max_num_queries(4):
        response = client.get(mine_of(credential))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    body = response.content.decode()
    assert NAME in body
    assert f"/credentials/{credential.pk}/" in body
    for language in LANGUAGES:
        assert pdf_of(credential, language) in body
    assert reverse("learning:index")[3:] in body


def test_it_is_nobody_elses(client: Client, credential: Credential) -> None:
    make_site()
    response = client.get(mine_of(credential))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    client.force_login(make_user())
    assert client.get(mine_of(credential)).status_code == 404
    assert client.post(mine_of(credential), {"show": "1"}).status_code == 404
    assert client.get(f"/en/learning/certificates/{uuid.uuid4()}/").status_code == 404
    assert not CredentialHolder.objects.get().show_name


def test_the_name_is_shown_and_hidden_by_its_holder(credential: Credential, learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert client.post(mine_of(credential), {"show": "1"}).status_code == 403
    body = client.get(mine_of(credential)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)
    assert token
    for value, shown in (("1", True), ("1", True), ("0", False), ("nonsense", False)):
        response = client.post(mine_of(credential), {"show": value, "csrfmiddlewaretoken": token[1]})
        assert response.status_code == 302
        assert response["Location"] == mine_of(credential)
        assert CredentialHolder.objects.get().show_name is shown


def test_a_hold_is_told_to_the_learner_before_they_ask_for_the_file(client: Client, learner: User) -> None:
    held = make_credential("Ana 🦜", learner)
    client.force_login(learner)
    response = client.get(mine_of(held))
    assert "only its PDF has to wait" in words(response)
    assert "🦜" in words(response)
    assert ".pdf" not in response.content.decode()
    assert CredentialHold.objects.count() == 1


def test_a_revoked_one_offers_no_file(client: Client, credential: Credential, learner: User) -> None:
    revoke(credential)
    client.force_login(learner)
    response = client.get(mine_of(credential))
    assert "no longer valid" in words(response)
    assert ".pdf" not in response.content.decode()


# The administrator's list


@pytest.fixture
def hold(learner: User) -> CredentialHold:
    held = make_credential("李 Ana", learner)
    return CredentialHold.objects.create(credential=held, missing="李")


@pytest.fixture
def officer() -> User:
    person = make_user("officer@example.org", language="en")
    person.user_permissions.add(
        Permission.objects.get(codename="access_admin"),
        Permission.objects.get(codename="change_credentialhold"),
    )
    return person


def test_open_holds_are_listed_for_those_who_may_mend_them(client: Client, hold: CredentialHold, officer: User) -> None:
    client.force_login(officer)
    response = client.get(reverse("credential_holds:index"))
    assert response.status_code == 200
    assert "李" in response.content.decode()
    assert reverse("credential_holds:edit", args=[hold.pk]) in response.content.decode()
    CredentialHold.objects.update(resolved_at=timezone.now())
    assert reverse("credential_holds:edit", args=[hold.pk]) not in client.get(reverse("credential_holds:index")).content.decode()
    assert client.get(reverse("credential_holds:edit", args=[hold.pk])).status_code in (302, 404)


def test_the_list_costs_the_same_for_one_and_for_ten(client: Client, hold: CredentialHold, officer: User) -> None:
    client.force_login(officer)
    client.get(reverse("credential_holds:index"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("credential_holds:index"))
    for _number in range(9):
        CredentialHold.objects.create(credential=make_credential("李"), missing="李")
    with CaptureQueriesContext(connection) as ten:
        client.get(reverse("credential_holds:index"))
    assert len(ten) == len(one)


def test_others_do_not_see_it(client: Client, hold: CredentialHold) -> None:
    staff = make_user("editor@example.org")
    staff.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(staff)
    for name, arguments in (("index", []), ("edit", [hold.pk])):
        assert client.get(reverse(f"credential_holds:{name}", args=arguments)).status_code == 302
        assert client.post(reverse(f"credential_holds:{name}", args=arguments), {"printed_name": "x"}).status_code in (302, 405)
    hold.refresh_from_db()
    assert hold.resolved_at is None


def test_nobody_adds_or_deletes_one_by_hand(client: Client, hold: CredentialHold) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"))
    assert client.post(reverse("credential_holds:add"), {"printed_name": "x"}).status_code == 302
    client.post(reverse("credential_holds:delete", args=[hold.pk]))
    assert CredentialHold.objects.count() == 1
    assert client.get(reverse("credential_holds:edit", args=[hold.pk])).status_code == 200


def test_trying_again_says_what_is_still_missing(client: Client, hold: CredentialHold, officer: User) -> None:
    client.force_login(officer)
    address = reverse("credential_holds:edit", args=[hold.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert "李 Ana" in page.content.decode()
    refused = client.post(address, {"printed_name": "李 Ana"}, headers={"Accept-Language": "en"})
    assert refused.status_code == 200
    assert "No font has these characters: 李" in words(refused)
    hold.refresh_from_db()
    assert hold.resolved_at is None


def test_trying_again_with_a_name_that_can_be_printed_closes_it(client: Client, hold: CredentialHold, officer: User, learner: User) -> None:
    client.force_login(officer)
    with transaction.atomic():
        response = client.post(reverse("credential_holds:edit", args=[hold.pk]), {"printed_name": "Li Ana"})
    assert response.status_code == 302
    hold.refresh_from_db()
    assert hold.resolved_at is not None
    reader = Client()
    reader.force_login(learner)
    file = reader.get(pdf_of(hold.credential))
    assert file.status_code == 200
    assert "Li Ana" in pypdfium2.PdfDocument(file.content)[0].get_textpage().get_text_bounded()


# The file, in part


def test_the_holder_gets_a_part(client: Client, credential: Credential, learner: User) -> None:
    client.force_login(learner)
    whole = client.get(pdf_of(credential))
    part = client.get(pdf_of(credential), headers={"Range": "bytes=-100", "If-Range": whole["ETag"]})
    assert (part.status_code, part.content) == (206, whole.content[-100:])
    assert part["Content-Range"] == f"bytes {len(whole.content) - 100}-{len(whole.content) - 1}/{len(whole.content)}"
    assert part["Cache-Control"] == whole["Cache-Control"] == "private, no-store"
    assert part["X-Robots-Tag"] == "noindex"
    other = client.get(pdf_of(credential, "fr"), headers={"Range": "bytes=-100", "If-Range": whole["ETag"]})
    assert other.status_code == 200, "the beginning of another language's file is of no use"
    beyond = client.get(pdf_of(credential), headers={"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond.content, beyond["Cache-Control"]) == (416, b"", "private, no-store")


@pytest.mark.parametrize("asked", ["bytes=0-99", "bytes=99999999-", "bytes=-0"])
def test_no_part_for_others_and_none_of_what_is_over(client: Client, credential: Credential, learner: User, asked: str) -> None:
    assert client.get(pdf_of(credential), headers={"Range": asked}).status_code == 403
    client.force_login(learner)
    etag = client.get(pdf_of(credential))["ETag"]
    revoke(credential)
    for headers in ({"Range": asked}, {"Range": asked, "If-Range": etag}, {"If-None-Match": etag}):
        answer = client.get(pdf_of(credential), headers=headers)
        assert (answer.status_code, answer["Cache-Control"]) == (410, "private, no-store")
        assert "Content-Range" not in answer
