"""Every StreamField block says what it is for and how it looks: the editor's picker and the styleguide show both."""

from __future__ import annotations

import pytest
from django.db import models
from wagtail.blocks import Block, StreamBlock
from wagtail.fields import StreamField

from tests.architecture.conftest import our_page_classes


def stream_fields() -> list[tuple[type[models.Model], StreamField]]:
    """Return every StreamField of every page class."""
    return [(model, field) for model in our_page_classes() for field in model._meta.local_fields if isinstance(field, StreamField)]


def top_blocks() -> list[tuple[str, Block]]:
    """Return the blocks an editor can add, each once, named by where it is. A field of bare text lines is its own preview."""
    found: dict[int, tuple[str, Block]] = {}
    for model, field in stream_fields():
        assert isinstance(field.stream_block, StreamBlock)
        for name, block in field.stream_block.child_blocks.items():
            if len(field.stream_block.child_blocks) > 1 or type(block).__module__.split(".")[0] != "wagtail":
                found.setdefault(id(block), (f"{model.__name__}.{field.name}.{name}", block))
    return list(found.values())


def test_there_are_blocks_to_look_at() -> None:
    assert len(top_blocks()) >= 7


@pytest.mark.parametrize(("where", "block"), top_blocks(), ids=lambda value: value if isinstance(value, str) else "")
def test_blocks_have_description_and_preview(where: str, block: Block) -> None:
    assert str(block.get_description()).strip(), f"{where} has no description"
    assert getattr(block.meta, "preview_value", None) or getattr(block.meta, "preview_template", None), f"{where} has no preview value"
    assert str(block.label).strip()


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "block"), top_blocks(), ids=lambda value: value if isinstance(value, str) else "")
def test_previews_render(where: str, block: Block) -> None:
    if getattr(block.meta, "template", None):
        assert block.render(block.get_preview_value()).strip(), where


@pytest.mark.parametrize(("where", "block"), top_blocks(), ids=lambda value: value if isinstance(value, str) else "")
def test_blocks_end_in_block(where: str, block: Block) -> None:
    assert type(block).__name__.endswith("Block"), where
