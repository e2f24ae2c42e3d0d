"""Blocks of teaching: the ungraded check inside a lesson, and the question of a graded assessment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.blocks import TEXT_BLOCKS


class OptionBlock(blocks.StructBlock):
    """One possible answer."""

    text = blocks.CharBlock(label=_("text"), max_length=300)
    correct = blocks.BooleanBlock(label=_("correct"), required=False)
    feedback = blocks.CharBlock(
        label=_("feedback"), max_length=500, required=False, help_text=_("What someone who chose this should learn.")
    )

    class Meta:
        icon = "circle-check"
        label = _("Option")


def check_options(options: list[Any], multiple: bool) -> str:
    """Return what is wrong with the options of a question, or an empty string."""
    right = sum(1 for option in options if option.get("correct"))
    if right == 0:
        return str(_("Mark at least one option as correct."))
    if not multiple and right > 1:
        return str(_("A single-choice question has exactly one correct option."))
    return ""


class CheckBlock(blocks.StructBlock):
    """An ungraded question inside a lesson. Its answers are in the page: the same bytes for everyone."""

    question = blocks.CharBlock(label=_("question"), max_length=400)
    multiple = blocks.BooleanBlock(label=_("several options are correct"), required=False)
    options = blocks.ListBlock(OptionBlock(), label=_("options"), min_num=2, max_num=6)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if problem := check_options(list(cleaned["options"]), bool(cleaned["multiple"])):
            raise blocks.StructBlockValidationError(block_errors={"options": ValidationError(problem)})
        return cleaned

    class Meta:
        icon = "help"
        label = _("Knowledge check")
        template = "blocks/check.html"
        description = _("An ungraded question with feedback, answered in the page.")
        preview_value = {
            "question": "Are the 4.3 million part of the 5.1 million?",
            "multiple": False,
            "options": [
                {"text": "Yes, they are included.", "correct": True, "feedback": "Right: the larger figure is the world total."},
                {"text": "No, they add up.", "correct": False, "feedback": "Look again: one is the world, the other the region."},
            ],
        }


class QuestionBlock(blocks.StructBlock):
    """A question of a graded assessment. Never rendered on a content page: it carries the answer key."""

    multiple = blocks.BooleanBlock(label=_("several options are correct"), required=False)
    text = blocks.CharBlock(label=_("question"), max_length=600)
    options = blocks.ListBlock(OptionBlock(), label=_("options"), min_num=2, max_num=8)
    explanation = blocks.CharBlock(label=_("explanation"), max_length=600, required=False, help_text=_("Shown with the result."))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if problem := check_options(list(cleaned["options"]), bool(cleaned["multiple"])):
            raise blocks.StructBlockValidationError(block_errors={"options": ValidationError(problem)})
        return cleaned

    class Meta:
        icon = "help"
        label = _("Question")
        description = _("A graded question. Learners see it only in their own paper.")
        preview_value = {"multiple": False, "text": "…", "options": [], "explanation": ""}


LESSON_BLOCKS: list[tuple[str, blocks.Block]] = [*TEXT_BLOCKS, ("check", CheckBlock())]
