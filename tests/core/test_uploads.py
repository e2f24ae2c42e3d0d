"""Bad files, through the doors of the admin: each is refused in words, and nothing of it is kept."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from PIL import Image
from pytest_django import Settings
from wagtail.models import Collection, UploadedFile

from accounts.models import User
from core.models import SiteDocument, SiteImage
from core.uploads import MAX_PIXELS, check_image
from tests.editorial.desk import person, signed_in

pytestmark = pytest.mark.django_db


def png(width: int = 8, height: int = 8) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "PNG")
    return made.getvalue()


def png_that_promises(width: int, height: int) -> bytes:
    """A few bytes of PNG whose header promises so many pixels: unpacked they would fill the memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def animation(kind: str, frames: int, size: int = 8) -> bytes:
    made = io.BytesIO()
    colours = [Image.new("RGB", (size, size), (n % 256, n * 7 % 256, 0)) for n in range(frames)]
    colours[0].save(made, kind, save_all=True, append_images=colours[1:])
    return made.getvalue()


def saved_as(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(made, kind)
    return made.getvalue()


def archive(*names: str, body: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, body)
    return made.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCX = archive("[Content_Types].xml", "word/document.xml")
PROGRAM = b"MZ" + b"\0" * 500

BAD_IMAGES: list[tuple[str, bytes, str]] = [
    ("bomb.png", png_that_promises(30_000, 30_000), "far too many pixels"),
    ("large.png", png_that_promises(7_000, 7_000), "7000 × 7000 pixels"),
    ("larger.png", png_that_promises(12_000, 12_000), "12000 × 12000 pixels"),
    ("cut.png", png(400, 400)[:-200], "damaged"),
    ("cut.jpg", saved_as("JPEG")[:-300], "damaged"),
    ("cut.webp", saved_as("WEBP")[:-20], "damaged"),
    ("drawing.svg", SVG, "Not a supported image format"),
    ("drawing.png", SVG, "The extension does not match the file format (svg)"),
    ("photo.jpg", png(), "The extension does not match the file format (png)"),
    ("text.png", b"no image at all", "not an image or a corrupted image"),
    ("program.png", PROGRAM, "not an image or a corrupted image"),
    ("nothing.png", b"", "empty"),
    ("scan.tiff", saved_as("TIFF"), "Not a supported image format"),
    ("icon.bmp", saved_as("BMP"), "Not a supported image format"),
    ("noending", png(), "Not a supported image format"),
]
BAD_DOCUMENTS: list[tuple[str, bytes, str]] = [
    ("brief.pdf", b"<html>no PDF</html>", "it is none, or it is damaged"),
    ("brief.pdf", b"%PDF-1.7\n1 0 obj\n<<>>", "its end is missing"),
    ("brief.pdf", PROGRAM, "is a program"),
    ("brief.docx", b"no zip", "it is none, or it is damaged"),
    ("brief.docx", archive("readme.txt"), "it is none, or it is damaged"),
    ("brief.docx", archive("[Content_Types].xml", "xl/workbook.xml"), "it is none, or it is damaged"),
    ("brief.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "contains macros"),
    ("data.xlsx", b"PK\x03\x04 and no more", "it is none, or it is damaged"),
    ("data.zip", b"Rar!\x1a\x07", "it is none, or it is damaged"),
    ("data.zip", archive("../../etc/passwd"), "outside its own folder"),
    ("data.zip", archive("/etc/passwd"), "outside its own folder"),
    ("data.csv", b"\0\1\2\3", "it is none, or it is damaged"),
    ("data.txt", b"\x7fELF\2\1\1", "is a program"),
    ("setup.exe", PROGRAM, "not allowed"),
    ("page.html", b"<script>alert(1)</script>", "not allowed"),
    ("drawing.svg", SVG, "not allowed"),
    ("brief.pdf.exe", PDF, "not allowed"),
    ("noending", PDF, "not allowed"),
    ("nothing.pdf", b"", "empty"),
]
GOOD_IMAGES = [
    ("a.png", png()),
    ("a.PNG", png()),
    ("a.jpg", saved_as("JPEG")),
    ("a.webp", saved_as("WEBP")),
    ("a.avif", saved_as("AVIF")),
    ("moving.gif", animation("GIF", 300)),
    ("moving.webp", animation("WEBP", 300)),
    ("../../../etc/passwd.png", png()),
    ("ñ" * 300 + ".png", png()),
    ("C:\\fakepath\\a.png", png()),
]
GOOD_DOCUMENTS = [
    ("a.pdf", PDF),
    ("a.PDF", PDF),
    ("a.docx", DOCX),
    ("a.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
    ("a.zip", archive("data/a.csv")),
    ("a.csv", "año;país\n2026;Perú\n".encode("latin-1")),
    ("a.csv", "año;país\n".encode("utf-16")),
    ("../../etc/a.pdf", PDF),
    ("ñ" * 300 + ".pdf", PDF),
]


@pytest.fixture
def editor() -> User:
    return person("editor")


@pytest.fixture
def client(editor: User) -> Client:
    return signed_in(editor)


def stored() -> list[str]:
    """Every file that was kept."""
    found: list[str] = []
    pending = [""]
    while pending:
        folder = pending.pop()
        if folder and not default_storage.exists(folder):
            continue
        folders, files = default_storage.listdir(folder)
        pending += [f"{folder}/{name}".strip("/") for name in folders]
        found += [f"{folder}/{name}" for name in files]
    return found


def by_the_form(client: Client, kind: str, name: str, body: bytes) -> str:
    """The form for one file."""
    data = {"title": "A file", "file": SimpleUploadedFile(name, body), "collection": Collection.get_first_root_node().pk, "tags": ""}
    url = reverse({"image": "wagtailimages:add", "document": "wagtaildocs:add"}[kind])
    return client.post(url, data, follow=True).content.decode()


def by_many(client: Client, kind: str, name: str, body: bytes) -> str:
    """The page on which many files are dropped at once."""
    data = {"title": "A file", "files[]": SimpleUploadedFile(name, body), "collection": Collection.get_first_root_node().pk}
    url = reverse({"image": "wagtailimages:add_multiple", "document": "wagtaildocs:add_multiple"}[kind])
    answer = client.post(url, data, headers={"x-requested-with": "XMLHttpRequest"}).json()
    return str(answer.get("error_message", answer))


def by_the_chooser(client: Client, kind: str, name: str, body: bytes) -> str:
    """The form inside a chooser."""
    prefix = {"image": "image-chooser-upload", "document": "document-chooser-upload"}[kind]
    data = {
        f"{prefix}-title": "A file",
        f"{prefix}-file": SimpleUploadedFile(name, body),
        f"{prefix}-collection": Collection.get_first_root_node().pk,
        f"{prefix}-tags": "",
    }
    url = reverse({"image": "wagtailimages_chooser:create", "document": "wagtaildocs_chooser:create"}[kind])
    return client.post(url, data).content.decode()


DOORS = [by_the_form, by_many, by_the_chooser]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "body", "words"), BAD_IMAGES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_image_is_refused_in_words(client: Client, door: Callable[..., str], name: str, body: bytes, words: str) -> None:
    before, began = stored(), time.monotonic()
    answer = door(client, "image", name, body)
    assert words in answer or words.replace("×", "\\u00d7") in answer
    assert time.monotonic() - began < 20
    assert (SiteImage.objects.count(), UploadedFile.objects.count(), stored()) == (0, 0, before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "body", "words"), BAD_DOCUMENTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_document_is_refused_in_words(client: Client, door: Callable[..., str], name: str, body: bytes, words: str) -> None:
    before = stored()
    assert words in door(client, "document", name, body)
    assert (SiteDocument.objects.count(), UploadedFile.objects.count(), stored()) == (0, 0, before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["image", "document"])
def test_a_file_that_is_too_big_is_refused(client: Client, door: Callable[..., str], kind: str, settings: Settings) -> None:
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 100
    body = {"image": png(60, 60), "document": PDF + b"%" * 200 + b"%%EOF"}[kind]
    before = stored()
    assert "too big" in door(client, kind, {"image": "a.png", "document": "a.pdf"}[kind], body)
    assert stored() == before


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "body"), GOOD_IMAGES, ids=lambda value: value[:20] if isinstance(value, str) else "")
def test_a_good_image_is_kept_under_a_name_of_our_own(client: Client, door: Callable[..., str], name: str, body: bytes) -> None:
    door(client, "image", name, body)
    image = SiteImage.objects.get()
    assert image.file.name.startswith("siteimage/")
    assert "passwd" not in image.file.name
    assert len(image.file.name) < 100
    assert image.get_rendition("width-4").file.size


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "body"), GOOD_DOCUMENTS, ids=lambda value: value[:20] if isinstance(value, str) else "")
def test_a_good_document_is_kept_inside_its_folder(client: Client, door: Callable[..., str], name: str, body: bytes) -> None:
    door(client, "document", name, body)
    document = SiteDocument.objects.get()
    assert document.file.name.startswith("documents/")
    assert ".." not in document.file.name
    assert len(document.file.name) <= 100
    assert document.file.read() == body, "looking at it changed nothing"


def test_a_replacement_that_is_refused_leaves_the_old_file(client: Client, editor: User) -> None:
    by_the_form(client, "document", "a.pdf", PDF)
    document = SiteDocument.objects.get()
    data = {"title": "New", "file": SimpleUploadedFile("b.pdf", PROGRAM), "collection": document.collection_id, "tags": ""}
    answer = client.post(reverse("wagtaildocs:edit", args=[document.pk]), data)
    assert "is a program" in answer.content.decode()
    kept = SiteDocument.objects.get()
    assert (kept.title, kept.file.read()) == ("A file", PDF)


def test_an_image_that_was_kept_before_can_still_be_edited(client: Client) -> None:
    """Rules for new files do not lock old ones."""
    image = SiteImage.objects.create(title="Old", file=SimpleUploadedFile("old.png", png()), width=8, height=8)
    data = {"title": "Renamed", "description": "", "credit": "", "collection": image.collection_id, "tags": ""}
    client.post(reverse("wagtailimages:edit", args=[image.pk]), data)
    assert SiteImage.objects.get().title == "Renamed"


def test_the_largest_image_is_accepted() -> None:
    side = int(MAX_PIXELS**0.5)
    check_image(io.BytesIO(png(side, side)))


def test_no_api_takes_files() -> None:
    for name in ("wagtailapi_v3:root", "wagtailapi:images:listing", "wagtailapi:documents:listing"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_nobody_without_the_right_uploads() -> None:
    for roles in (("reviewer",), ("support",)):
        by_the_form(signed_in(person(*roles)), "document", "a.pdf", PDF)
    assert not SiteDocument.objects.exists()
