"""Whatever an address takes as an argument, and whatever cookies a browser sends: no error 500, and public answers stay everyone's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import User
from core.models import BasePage
from tests.architecture.audience import Address, Audience, addresses
from tests.architecture.conftest import home, one_page_of_each
from tests.architecture.test_audience import examples, stays_anonymous

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = pytest.mark.django_db
# What a converter of Django's lets through, and nobody meant.
ODD = {
    "int": ("0", "00000", str(2**31), str(2**63), "9" * 40),
    "row": ("0", "00000", str(2**31), str(2**63), "9" * 40),
    "slug": ("-", "_", "a" * 3000),
    "uuid": (str(UUID(int=0)), str(UUID(int=2**128 - 1))),
    "uuidstr": (str(UUID(int=0)),),
    "str": ("%00", "..", "'", "%F0%9F%98%80", "%FF", "a" * 3000, "%0D%0A", "%25"),
    "path": ("images", "images/", "siteimage/", "images/../images/", "siteimage/%00.png", "images/" + "a" * 300, "images/x/y", "%FF", "//"),
}
# The words that a regular expression of ours or Wagtail's lets through.
GROUPS = {"path": ODD["path"], "key": ("a-b", "-"), "uidb36": ("1", "zzzzzzzzzzzzz")}


@pytest.fixture(autouse=True)
def folders(db: None) -> Iterator[None]:
    """Folders of uploads that are there: the name of a folder is an odd name of a file."""
    kept = [default_storage.save(f"{folder}/odd.png", ContentFile(b"x")) for folder in ("images", "siteimage")]
    yield
    for name in kept:
        default_storage.delete(name)


def odd_urls(address: Address) -> list[str]:
    """Return an address once for each odd argument in each of its places; nothing for what takes none, or cannot be spelled."""
    prefix = "/es/" if address.is_translated else "/"
    if address.is_regex:
        (name,) = address.arguments if len(address.arguments) == 1 else ("",)
        return [prefix + address.route.lstrip("^").partition("(?P")[0] + value for value in GROUPS.get(name, ())]
    places = re.findall(r"<(?:(\w+):)?\w+>", address.route)
    if not places:
        return []
    longest = max(len(ODD[kind or "str"]) for kind in places)
    urls = []
    for number in range(longest):
        kinds = iter(places)
        odd = re.sub(r"<(?:\w+:)?\w+>", lambda _place, kinds=kinds, number=number: pick(next(kinds), number), address.route)  # type: ignore[misc]
        urls.append(prefix + odd)
    return urls


def pick(kind: str, number: int) -> str:
    values = ODD[kind or "str"]
    return values[number % len(values)]


def broken(client: Client, *audiences: Audience) -> dict[str, int]:
    """Return the odd addresses that are answered by an error of ours."""
    client.raise_request_exception = False
    urls = [url for address in addresses() if not audiences or address.audience in audiences for url in odd_urls(address)]
    assert len(urls) > 20
    return {url[:90]: status for url in urls if (status := client.get(url).status_code) >= 500}


def test_no_argument_of_a_strangers_is_an_error(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    assert broken(client) == {}


def test_nor_is_one_of_a_learners(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    client.force_login(User.objects.create_user("ana@example.org"))
    assert broken(client, *(set(Audience) - {Audience.STAFF})) == {}


def test_nor_is_one_of_an_administrators(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"))
    assert broken(client, Audience.STAFF) == {}


COOKIES = {
    "csrftoken": ("", "short", "<script>"),
    "sessionid": ("", "a" * 32),
    "messages": ('[["__json_message",0,25,"Hello"]]:1:a',),
    "puente_language": ("xx", "pt"),
    "puente_signed_in": ("1",),
}


def test_no_cookie_changes_a_public_answer(one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    public = [address for address in addresses() if address.audience is Audience.PUBLIC]
    for url in [examples(address.name, one_page_of_each)[0] for address in public]:
        plain = Client().get(url)
        for name, value in [(name, value) for name, values in COOKIES.items() for value in values]:
            answer = Client(headers={"cookie": f"{name}={quote(value)}"}).get(url)
            assert (answer.status_code, answer.content) == (plain.status_code, plain.content), (url, name, value)
            assert stays_anonymous(answer), (url, name, value, answer.cookies)
            assert answer.get("Cache-Control") == plain.get("Cache-Control"), (url, name, value)


def test_nor_one_to_a_file_or_an_answer_in_the_readers_language(client: Client) -> None:
    for url in ("/", "/credentials/verify/", "/media/images/x.png", "/documents/1/x.pdf", "/es/nothing/"):
        for name, values in COOKIES.items():
            for value in values:
                answer = Client(headers={"cookie": f"{name}={quote(value)}"}).get(url)
                assert answer.status_code < 500
                assert not answer.cookies, (url, name, value, answer.cookies)
