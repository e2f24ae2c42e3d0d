"""The styleguide: every block of every page class, rendered from its preview value, for designers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField
from wagtail.models import get_page_models


@dataclass(frozen=True, slots=True)
class Sample:
    """One block, by name, with its rendered preview."""

    name: str
    description: str
    html: SafeString


def styleguide_blocks() -> list[Sample]:
    """Return one sample of each block that has a template of its own."""
    samples: dict[str, Sample] = {}
    for model in get_page_models():
        for model_field in model._meta.get_fields():
            if not isinstance(model_field, StreamField) or not isinstance(model_field.stream_block, StreamBlock):
                continue
            for name, block in model_field.stream_block.child_blocks.items():
                if name not in samples and getattr(block.meta, "template", None):
                    samples[name] = Sample(name, str(block.get_description()), block.render(block.get_preview_value()))
    return [samples[name] for name in sorted(samples)]
