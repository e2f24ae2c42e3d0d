"""A part of a file: which bytes a header asks for, and what is answered, by whoever may have the file and by nobody else."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from wagtail.models import PageViewRestriction, ReferenceIndex

from core.models import SiteDocument, StandardPage
from core.ranges import RangeUnsatisfiable, in_part, range_of
from tests.factories import make_site

BODY = bytes(range(250)) * 4
SIZE = len(BODY)
ETAG = '"one"'
PDF = b"%PDF-1.4 " + BODY
WHOLE: dict[str, str] = {
    "no range": "",
    "another unit": "lines=0-10",
    "no unit": "0-10",
    "a word": "bytes=all",
    "nothing": "bytes=",
    "no number": "bytes=-",
    "the wrong way round": "bytes=10-9",
    "the wrong way round, beyond the end": "bytes=2000-1999",
    "a sign": "bytes=+1-5",
    "two signs": "bytes=--5",
    "a fraction": "bytes=0.5-9",
    "hexadecimal": "bytes=0x0-0xF",
    "digits of another script": "bytes=٠-٩",
    "a space inside": "bytes=0 - 9",
    "three numbers": "bytes=0-4-9",
    "a line break": "bytes=0-9\r\nX: y",
    "two": "bytes=0-9,20-29",
    "fifty": "bytes=" + ",".join(f"{number}-{number}" for number in range(0, 100, 2)),
    "ten thousand": "bytes=" + "0-," * 10_000,
    "two, one of them beyond the end": "bytes=0-9,5000-",
    "a number longer than any file": "bytes=0-" + "9" * 5000,
}
PARTS: dict[str, tuple[str, int, int]] = {
    "the first byte": ("bytes=0-0", 0, 0),
    "some": ("bytes=10-19", 10, 19),
    "from somewhere on": ("bytes=990-", 990, 999),
    "the last byte": ("bytes=999-999", 999, 999),
    "all": ("bytes=0-", 0, 999),
    "beyond the end is up to the end": ("bytes=500-5000", 500, 999),
    "the last ones": ("bytes=-10", 990, 999),
    "more last ones than there are": ("bytes=-5000", 0, 999),
    "leading noughts": ("bytes=0010-0019", 10, 19),
    "capitals": ("Bytes=1-2", 1, 2),
    "spaces around": ("bytes= 1-2 ", 1, 2),
    "empty places of a list": ("bytes=,1-2,", 1, 2),
}
UNSATISFIABLE: dict[str, str] = {
    "the last nought bytes": "bytes=-0",
    "just beyond the end": "bytes=1000-",
    "beyond the end": "bytes=5000-6000",
}


@pytest.fixture(params=["in memory", "of a file"])
def whole(request: pytest.FixtureRequest) -> Any:
    """The whole, as views answer it."""
    found: Any
    if request.param == "in memory":
        found = HttpResponse(BODY, content_type="application/pdf")
    else:
        found = FileResponse(io.BytesIO(BODY), content_type="application/pdf")
    found["Content-Disposition"] = 'inline; filename="one.pdf"'
    found["Cache-Control"] = "private, no-store"
    found["ETag"] = ETAG
    return found


def asking(header: str, **headers: str) -> HttpRequest:
    return RequestFactory().get("/one.pdf", headers={"Range": header, **headers} if header else headers)


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_is_answered_to(whole: Any, name: str) -> None:
    answer = in_part(asking(WHOLE[name]), whole)
    assert (answer.status_code, body_of(answer)) == (200, BODY)
    assert "Content-Range" not in answer
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_answered_to(whole: Any, name: str) -> None:
    header, first, last = PARTS[name]
    answer = in_part(asking(header), whole)
    assert (answer.status_code, body_of(answer)) == (206, BODY[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    kept = {name: answer[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control", "ETag", "Accept-Ranges")}
    assert kept == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="one.pdf"',
        "Cache-Control": "private, no-store",
        "ETag": ETAG,
        "Accept-Ranges": "bytes",
    }


@pytest.mark.parametrize("name", UNSATISFIABLE)
def test_no_byte_of_it_is_asked_for(whole: Any, name: str) -> None:
    answer = in_part(asking(UNSATISFIABLE[name]), whole)
    assert (answer.status_code, body_of(answer)) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{SIZE}"
    assert answer["Cache-Control"] == "private, no-store"
    assert "Content-Disposition" not in answer
    if whole.streaming:
        assert whole.file_to_stream.closed


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-1", "bytes=-0"])
def test_an_empty_file_has_no_part(header: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        range_of(header, 0)


def test_every_range_of_a_short_file_is_what_a_slice_is() -> None:
    body = b"abc"
    for first in range(5):
        for last in range(first, 6):
            try:
                found = range_of(f"bytes={first}-{last}", len(body))
            except RangeUnsatisfiable:
                assert body[first : last + 1] == b""
            else:
                assert found is not None
                assert body[found[0] : found[1] + 1] == body[first : last + 1] != b""


@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        (ETAG, 206),
        ('"former"', 200),
        (f"W/{ETAG}", 200),
        ("one", 200),
        ("", 200),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 200),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 200),
    ],
)
def test_a_part_only_of_what_one_has_the_beginning_of(whole: Any, if_range: str, status: int) -> None:
    whole["Last-Modified"] = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert in_part(asking("bytes=0-9", **{"If-Range": if_range}), whole).status_code == status


def test_beyond_the_end_of_another_file_is_all_of_this_one(whole: Any) -> None:
    assert in_part(asking("bytes=5000-", **{"If-Range": '"former"'}), whole).status_code == 200


def test_only_a_whole_answer_to_a_get_has_parts(whole: Any) -> None:
    head = RequestFactory().head("/one.pdf", headers={"Range": "bytes=0-9"})
    assert in_part(head, whole).status_code == 200
    for status in (302, 304, 403, 404, 410):
        answer = in_part(asking("bytes=0-9"), HttpResponse("no", status=status))
        assert (answer.status_code, body_of(answer)) == (status, b"no")
        assert "Accept-Ranges" not in answer


def test_a_part_is_read_piece_by_piece_and_its_file_is_closed(db: None) -> None:
    class Large(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.most = max(self.most, len(found))
            return found

    file = Large(bytes(1_000_000))
    answer = in_part(asking("bytes=100000-899999"), FileResponse(file, content_type="application/pdf"))
    assert len(body_of(answer)) == 800_000
    assert file.most < 100_000
    answer.close()
    assert file.closed


# Documents follow their page, also in part


@pytest.fixture
def document(db: None, settings: Any, tmp_path: Path) -> SiteDocument:
    # As on a real site: Wagtail hands documents out by their path on the disk.
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    settings.MEDIA_ROOT = tmp_path
    found: SiteDocument = SiteDocument.objects.create(title="Guía", file=ContentFile(PDF, "guia.pdf"))
    return found


@pytest.fixture
def page(document: SiteDocument) -> StandardPage:
    """A live page that leads to the document."""
    home = make_site()
    words = f'<p><a linktype="document" id="{document.pk}">Guía</a></p>'
    made = StandardPage(title="Guías", slug="guias", locale=home.locale, body=json.dumps([{"type": "rich_text", "value": words}]))
    home.add_child(instance=made)
    made.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(made)
    return made


def test_a_document_is_given_in_part(client: Client, document: SiteDocument, page: StandardPage) -> None:
    whole = client.get(document.url)
    assert (whole.status_code, whole["Accept-Ranges"], body_of(whole)) == (200, "bytes", PDF)
    part = client.get(document.url, headers={"Range": "bytes=4-7", "If-Range": whole["ETag"]})
    assert (part.status_code, body_of(part)) == (206, PDF[4:8])
    assert {name.lower() for name in whole.headers} <= {name.lower() for name in part.headers}
    assert part["Content-Security-Policy"] == whole["Content-Security-Policy"]
    assert client.get(document.url, headers={"Range": "bytes=4-7", "If-Range": '"former"'}).status_code == 200
    assert client.get(document.url, headers={"Range": "bytes=9999-"}).status_code == 416
    assert client.get(document.url, headers={"If-None-Match": whole["ETag"], "Range": "bytes=4-7"}).status_code == 304


@pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=9999-", "bytes=-0"])
def test_the_rule_is_asked_before_any_part(client: Client, document: SiteDocument, page: StandardPage, asked: str) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    answer = client.get(document.url, headers={"Range": asked})
    assert answer.status_code == 404
    assert "Content-Range" not in answer
