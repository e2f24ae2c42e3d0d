"""Prepare the images of an edition for print: upright, no larger than paper needs, in a format that the typesetter reads."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image, ImageOps
from wagtail.images import get_image_model

from knowledge.edition import stored
from knowledge.edition.values import Picture

logger = logging.getLogger(__name__)

# 144 mm at 300 dots an inch.
MOST_PIXELS = 1700
# More colours than a drawing has: then it is a photograph.
FEW_COLOURS = 256


def pictures_of(content: Mapping[str, Any]) -> dict[int, Picture]:
    """Return the images of an edition by key. One whose row or file is gone is left out: its words are printed instead."""
    found = {}
    for image in get_image_model().objects.filter(pk__in=keys_of(stored.blocks(content, "body"))):
        picture = _read(image)
        if picture is not None:
            found[image.pk] = picture
    return found


def keys_of(blocks: Iterable[stored.StoredBlock]) -> set[int]:
    """Return the keys of the images in some blocks."""
    keys = {stored.image(block.value).key for block in blocks if block.type in {"image", "figure"}}
    return {key for key in keys if key is not None}


def _read(image: Any) -> Picture | None:
    try:
        with image.file.open("rb") as file, Image.open(file) as opened:
            body, suffix = printable(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        logger.warning("The file of image %s cannot be read; its words are printed instead.", image.pk)
        return None
    return Picture(body, suffix, credit=str(image.credit), description=str(image.description or image.default_alt_text or ""))


def printable(opened: Image.Image) -> tuple[bytes, str]:
    """Return an image and its suffix: PNG for drawings, JPEG for photographs. The same image gives the same bytes."""
    upright: Image.Image = ImageOps.exif_transpose(opened)
    upright.thumbnail((MOST_PIXELS, MOST_PIXELS), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", upright.size, "white")
    layer = upright.convert("RGBA")
    flat.paste(layer, mask=layer.getchannel("A"))
    photograph = _encoded(flat, "JPEG", quality=85)
    if flat.getcolors(FEW_COLOURS) is not None:
        drawing = _encoded(flat, "PNG")
        # A photograph in grey has few colours, too.
        if len(drawing) <= 2 * len(photograph):
            return drawing, ".png"
    return photograph, ".jpg"


def _encoded(image: Image.Image, form: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, form, optimize=True, **options)
    return out.getvalue()
