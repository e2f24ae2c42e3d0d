"""Blocks of teaching: the check and the evidence inside a lesson, and the question of a graded assessment."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core import access
from core.blocks import TEXT_BLOCKS, PageBlock, text_of
from core.shown import shown
from courses.question_types import type_of
from knowledge.models import PublicationPage

# Each option is seven fields of the editor's form, and a form has DATA_UPLOAD_MAX_NUMBER_FIELDS of them at the most: beyond
# that the whole form is refused with 400, and what was typed is lost. 100 questions of 8 options stay well below.
MOST_QUESTIONS = 100


class OptionBlock(blocks.StructBlock):
    """One possible answer."""

    text = blocks.CharBlock(label=_("text"), max_length=300)
    correct = blocks.BooleanBlock(label=_("correct"), required=False, help_text=_("Tick every option that is right."))
    feedback = blocks.CharBlock(
        label=_("feedback"), max_length=500, required=False, help_text=_("What someone who chose this should learn.")
    )

    class Meta:
        icon = "circle-check"
        label = _("Option")
        label_format = "{text}"


# A new question begins with the two options that it needs at least.
TWO_OPTIONS = [{"text": "", "correct": False, "feedback": ""}, {"text": "", "correct": False, "feedback": ""}]


class ChoiceBlock(PageBlock, blocks.StructBlock):
    """A question with options: a single or a multiple choice. What is right, and how it is drawn, its type says."""

    stream_name: ClassVar[str]

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if fault := type_of(self.stream_name, cleaned).fault_in(cleaned):
            raise blocks.StructBlockValidationError(block_errors={"options": ValidationError(fault)})
        return cleaned

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return context | {"type": type_of(self.stream_name, value)}


class CheckBlock(ChoiceBlock):
    """An ungraded question inside a lesson. Its answers are in the page: the same bytes for everyone."""

    stream_name = "check"

    question = blocks.CharBlock(label=_("question"), max_length=400)
    multiple = blocks.BooleanBlock(
        label=_("several options are correct"), required=False, help_text=_("Learners may then choose more than one.")
    )
    options = blocks.ListBlock(OptionBlock(), label=_("options"), min_num=2, max_num=6, default=TWO_OPTIONS)

    class Meta:
        icon = "help"
        label = _("Knowledge check")
        label_format = "{question}"
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


class QuestionBlock(ChoiceBlock):
    """A question of a graded assessment. It carries the answer key: rendered in previews only, never on a page."""

    stream_name = "question"

    text = blocks.CharBlock(label=_("question"), max_length=600)
    multiple = blocks.BooleanBlock(
        label=_("several options are correct"),
        required=False,
        help_text=_("The question then counts only when all the right options are chosen, and no other."),
    )
    options = blocks.ListBlock(
        OptionBlock(),
        label=_("options"),
        min_num=2,
        max_num=8,
        default=TWO_OPTIONS,
        help_text=_("Two to eight. Each learner sees them in an order of their own."),
    )
    explanation = blocks.CharBlock(
        label=_("explanation"),
        max_length=600,
        required=False,
        help_text=_("Shown with the result, once the learner has passed or has no attempts left."),
    )

    def plain_text(self, value: Any) -> str:
        """Nothing: a question is never in the open, so no search and no list may have its words."""
        return ""

    class Meta:
        icon = "help"
        label = _("Question")
        label_format = "{text}"
        template = "blocks/question.html"
        description = _("A graded question. Learners see it only in their own paper.")
        preview_value = {
            "multiple": False,
            "text": "How many people from Venezuela had left by May 2020?",
            "options": [
                {"text": "About 5.1 million", "correct": True, "feedback": "The figure of R4V for the world."},
                {"text": "About 4.3 million", "correct": False, "feedback": "That is Latin America and the Caribbean alone."},
            ],
            "explanation": "The two figures are often added up: the first includes the second.",
        }


@dataclass(frozen=True, slots=True)
class SampleWork:
    """An invented work for previews, without the database (making a page object would ask it)."""

    title: str = "Skills that do not count"
    published_on: datetime.date = datetime.date(2025, 11, 1)
    pk: None = None

    def get_kind_display(self) -> str:
        """The kind of work, as a page says it."""
        return str(_("Evidence"))


class EvidenceBlock(PageBlock, blocks.StructBlock):
    """A work of the library that stands behind a lesson: shown in the lesson's language while readers may open it."""

    work = blocks.PageChooserBlock(
        page_type="knowledge.PublicationPage",
        label=_("work"),
        help_text=_("Choose it in any language: readers get the edition in the language of the lesson, if there is one."),
    )
    text = blocks.CharBlock(
        label=_("what you find there"), max_length=200, help_text=_("One sentence: which question of this lesson the work answers.")
    )

    def plain_text(self, value: Any) -> str:
        """The sentence about the work. Its title is another page's: that is found by itself, and only while readers may open it."""
        return text_of(self.child_blocks["text"], value["text"])

    @staticmethod
    def edition_of(work: PublicationPage, language: str) -> PublicationPage | None:
        """Return the edition to show: in this language, else the one chosen; None while readers may open neither."""
        live = shown(PublicationPage.objects.filter(translation_key=work.translation_key)).select_related("locale")
        wanted = [edition for edition in live if edition.locale.language_code == language or edition.pk == work.pk]
        wanted.sort(key=lambda edition: edition.locale.language_code != language)
        return next((edition for edition in wanted if access.rule_for(edition).is_open), None)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        work, page = value["work"], context.get("page")
        language = page.locale.language_code if page is not None and page.locale_id else get_language() or ""
        if work is None or work.pk is None:
            return context | {"edition": work, "url": "", "foreign": ""}
        edition = self.edition_of(work, language)
        foreign = edition.locale.language_code if edition and edition.locale.language_code != language else ""
        return context | {"edition": edition, "url": edition.get_url() or "" if edition else "", "foreign": foreign}

    class Meta:
        icon = "doc-full"
        label = _("Evidence")
        label_format = "{text}"
        template = "blocks/evidence.html"
        description = _("A work of the library behind this lesson, with one sentence on what one finds there.")
        preview_value = {
            "work": SampleWork(),
            "text": "Why people work below what they know how to do, and what can be recognised without a new law.",
        }


LESSON_BLOCKS: list[tuple[str, blocks.Block]] = [*TEXT_BLOCKS, (CheckBlock.stream_name, CheckBlock()), ("evidence", EvidenceBlock())]
QUESTION_BLOCKS: list[tuple[str, blocks.Block]] = [(QuestionBlock.stream_name, QuestionBlock())]
