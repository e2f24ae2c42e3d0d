"""Check the content of an uploaded file: of the type that its name says, whole, and harmless for server and reader.

Every form asks: for one file, for many at once, and within a chooser. Images are asked about by the field of the form
(`core.upload_forms`), before Wagtail's own, which unpacks an image to learn its size; documents by the model's `clean()`.
"""

from __future__ import annotations

import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

# A printed A2 at 300 dpi; each pixel takes four bytes of memory while an image is made smaller.
MAX_PIXELS = 36_000_000
MAX_ZIP_ENTRIES = 10_000
MAX_ZIP_BYTES = 2 * 1024**3
PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa")
OFFICE_PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
# What Pillow raises for a damaged file, format by format.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, MemoryError, OverflowError)


def check_image(file: IO[bytes]) -> None:
    """Read an image as a whole, once, so that a damaged one is refused here and not shown broken to readers.

    What is no image that we know is left to Wagtail, which says what it takes it for.

    Raises:
        ValidationError: it is too large to work with, or damaged.
    """
    file.seek(0)
    try:
        with warnings.catch_warnings():
            # Pillow only warns of what it takes for a bomb, up to twice its own limit.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise ValidationError(_too_many_pixels(width, height))
                # A JPEG need not be read at full size to see whether it is whole.
                image.draft("RGB", (width // 8, height // 8))
                image.load()
    except UnidentifiedImageError:
        return
    except Image.DecompressionBombError as bomb:
        raise ValidationError(_("This image has far too many pixels. Make it smaller and upload it again.")) from bomb
    except DAMAGE as damage:
        raise ValidationError(_("This image is damaged and can’t be read. Export it again and upload the new file.")) from damage
    finally:
        file.seek(0)


def _too_many_pixels(width: int, height: int) -> str:
    words = _("This image is %(width)d × %(height)d pixels, and %(most)d million in all are the most. Make it smaller and upload it again.")
    return words % {"width": width, "height": height, "most": MAX_PIXELS // 1_000_000}


def check_document(file: IO[bytes], name: str) -> None:
    """Refuse a document that is not what its ending says.

    Raises:
        ValidationError: it is another kind of file, a program, or damaged.
    """
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    file.seek(0)
    head = file.read(4096)
    try:
        if head.startswith(PROGRAMS):
            raise ValidationError(_("This file is a program, whatever its name says. Programs can’t be uploaded."))
        check: Callable[[IO[bytes], bytes, str], None] | None = CHECKS.get(ending)
        if check is not None:
            check(file, head, ending)
    finally:
        file.seek(0)


def _check_pdf(file: IO[bytes], head: bytes, ending: str) -> None:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 4096))
    if b"%PDF-" not in head[:1024]:
        raise _is_no(ending)
    if b"%%EOF" not in file.read():
        raise ValidationError(_("This PDF is cut off: its end is missing. Export it again and upload the new file."))


def _check_zip(file: IO[bytes], head: bytes, ending: str) -> None:
    entries = _entries(file, ending)
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ZIP_ENTRIES or sum(entry.file_size for entry in entries) > MAX_ZIP_BYTES:
        raise ValidationError(_("Unpacked, this file would be far too large."))
    if any(name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts for name in names):
        raise ValidationError(_("This archive would write outside its own folder. Pack it again."))


def _check_office(file: IO[bytes], head: bytes, ending: str) -> None:
    _check_zip(file, head, ending)
    names = [entry.filename for entry in _entries(file, ending)]
    if "[Content_Types].xml" not in names or not any(name.startswith(OFFICE_PARTS[ending]) for name in names):
        raise _is_no(ending)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ValidationError(_("This document contains macros. Save it without them."))


def _entries(file: IO[bytes], ending: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, *DAMAGE) as damage:
        raise _is_no(ending) from damage


def _check_text(file: IO[bytes], head: bytes, ending: str) -> None:
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in head and not is_utf16:
        raise _is_no(ending)


def _is_no(ending: str) -> ValidationError:
    return ValidationError(_("This file ends in .%(ending)s, but it is none, or it is damaged.") % {"ending": ending})


CHECKS: dict[str, Callable[[IO[bytes], bytes, str], None]] = {
    "pdf": _check_pdf,
    "zip": _check_zip,
    "docx": _check_office,
    "xlsx": _check_office,
    "pptx": _check_office,
    "csv": _check_text,
    "txt": _check_text,
}


def check_new(field_file: Any, check: Callable[[IO[bytes]], None]) -> None:
    """Run a check on the file of a model if it has just been uploaded; its errors belong to the field "file".

    Raises:
        ValidationError: see the check.
    """
    if not field_file or getattr(field_file, "_committed", True):
        return
    try:
        check(field_file.file)
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal
