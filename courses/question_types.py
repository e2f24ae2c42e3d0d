"""The types of question of this site, one entry each: how a question is checked, frozen, answered, graded and drawn. Pure.

No database, no request, no clock. The blocks in which editors write stand in `courses.blocks`, under the names that the entries give.

An answer, of whichever type, is a list of strings: so a form sends it without a script, so a script sends it, and so it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.registry import Entry, Registry

Answer = Sequence[str]
# What a question is graded by, as it stands in a frozen paper; and what it says in one language.
Key = Mapping[str, Any]
Words = Mapping[str, Any]


class AnswerMalformed(ValueError):
    """What a browser sent is no answer to this question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """What a question is drawn with.

    In an open paper and in its result (`question`, `number`), to those who write it (`value`, `number`, `type`), and as an ungraded
    check inside a lesson (`value`, `type`).
    """

    paper: str
    result: str
    preview: str
    check: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionType(Entry):
    """A type of question. No form has a default: a type that lacks one cannot be entered.

    block, check_block: the names of the blocks in which editors write it, for an assessment and for a check inside a lesson.
    marks: what tells its values from those of other types in the same block.
    hint, check_hint: what a learner is told to do.
    fault_in: what an editor must mend in a value; an empty string when nothing is wrong.
    freeze: the key of a question, from the editor's value. `draw` decides the order of what has one.
    words: what the editor's value says, with `text` and `explanation` among it.
    fits: whether words in another language belong to the question with this key.
    clean: the answer as it is kept. Raises AnswerMalformed.
    is_right: whether an answer, as it is kept, is right.
    shown: what the templates find. Nothing of the key, unless the last argument says that it may be known.
    read_as: how a script reads the answer from the page, by its name in static/js/attempt.js (`data-answer`).
    """

    block: str
    check_block: str
    marks: Mapping[str, Any]
    hint: str | Promise
    check_hint: str | Promise
    fault_in: Callable[[Mapping[str, Any]], str]
    freeze: Callable[[Any, Random], dict[str, Any]]
    words: Callable[[Any], dict[str, Any]]
    fits: Callable[[Key, Words], bool]
    clean: Callable[[Key, Answer], list[str]]
    is_right: Callable[[Key, Answer], bool]
    shown: Callable[[FrozenQuestion, Words, Answer, bool], ShownQuestion]
    templates: Templates
    read_as: str


@dataclass(frozen=True, slots=True)
class FrozenQuestion:
    """A question of a frozen paper, with its words by language code."""

    id: str
    type: QuestionType
    key: Key
    texts: Mapping[str, Words]

    def words_in(self, language: str, otherwise: str) -> Words:
        """Return its words in a language, or in the other, which every question of a paper has."""
        return self.texts.get(language) or self.texts[otherwise]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuestion:
    """A question as a learner sees it, with the answer given. `right` and `explanation` are empty unless they may be known."""

    id: str
    type: QuestionType
    text: str
    given: Answer
    right: bool = False
    explanation: str = ""


QUESTION_TYPES = Registry(QuestionType)


def type_of(block: str, value: Mapping[str, Any]) -> QuestionType:
    """Return the type of a question that an editor wrote.

    Args:
        block: the name of its block, in an assessment or in a lesson.

    Raises:
        LookupError: no type has such values.
    """
    for each in QUESTION_TYPES:
        # What was never ticked may be missing, or be null.
        if block in (each.block, each.check_block) and all((value.get(name) or False) == mark for name, mark in each.marks.items()):
            return each
    raise LookupError(f"No type of question is written so in the block {block!r}.")


# Choices: options of which some are right. A single choice has one right option, a multiple choice any number of them.


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as a learner sees it. `correct` and `feedback` are empty unless they may be known."""

    id: str
    text: str
    chosen: bool
    correct: bool = False
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChoice(ShownQuestion):
    """A question with its options, in the order of this paper."""

    options: list[ShownOption]


def _right_options(value: Mapping[str, Any]) -> int:
    return sum(1 for option in value["options"] if option.get("correct"))


def _fault_in_multiple(value: Mapping[str, Any]) -> str:
    return "" if _right_options(value) else str(_("Mark at least one option as correct."))


def _fault_in_single(value: Mapping[str, Any]) -> str:
    if _right_options(value) > 1:
        return str(_("A single-choice question has exactly one correct option."))
    return _fault_in_multiple(value)


def _freeze_options(value: Any, draw: Random) -> dict[str, Any]:
    options = [{"id": option.id, "correct": bool(option.value["correct"])} for option in value["options"].bound_blocks]
    draw.shuffle(options)
    return {"options": options}


def _words_of_choice(value: Any) -> dict[str, Any]:
    return {
        "text": value["text"],
        "explanation": value["explanation"],
        "options": {
            option.id: {"text": option.value["text"], "feedback": option.value["feedback"]} for option in value["options"].bound_blocks
        },
    }


def _has_these_options(key: Key, words: Words) -> bool:
    return {option["id"] for option in key["options"]} == set(words["options"])


def _clean_multiple(key: Key, chosen: Answer) -> list[str]:
    """Known options, each once, in the paper's order."""
    known = [option["id"] for option in key["options"]]
    if set(chosen) - set(known):
        raise AnswerMalformed("an option that the question does not have")
    return [option for option in known if option in chosen]


def _clean_single(key: Key, chosen: Answer) -> list[str]:
    kept = _clean_multiple(key, chosen)
    if len(kept) > 1:
        raise AnswerMalformed("two options for a single choice")
    return kept


def _exactly_the_right_options(key: Key, chosen: Answer) -> bool:
    return set(chosen) == {option["id"] for option in key["options"] if option["correct"]}


def _shown_choice(question: FrozenQuestion, words: Words, answer: Answer, shows_key: bool) -> ShownChoice:
    options = []
    for option in question.key["options"]:
        text, chosen = words["options"][option["id"]], option["id"] in answer
        # Also the comment on a wrong answer can name the right one: none is shown before the key.
        feedback = text["feedback"] if shows_key and (chosen or option["correct"]) else ""
        options.append(ShownOption(option["id"], text["text"], chosen, shows_key and option["correct"], feedback))
    explanation = words["explanation"] if shows_key else ""
    return ShownChoice(id=question.id, type=question.type, text=words["text"], given=answer, explanation=explanation, options=options)


SINGLE = QUESTION_TYPES.register(
    QuestionType(
        name="single",
        block="question",
        check_block="check",
        marks={"multiple": False},
        hint=_("Choose one."),
        check_hint=_("Choose one."),
        fault_in=_fault_in_single,
        freeze=_freeze_options,
        words=_words_of_choice,
        fits=_has_these_options,
        clean=_clean_single,
        is_right=_exactly_the_right_options,
        shown=_shown_choice,
        templates=Templates(
            paper="questions/single_paper.html",
            result="questions/choice_result.html",
            preview="questions/choice_preview.html",
            check="questions/single_check.html",
        ),
        read_as="chosen",
    )
)
MULTIPLE = QUESTION_TYPES.register(
    QuestionType(
        name="multiple",
        block="question",
        check_block="check",
        marks={"multiple": True},
        hint=_("Choose all that apply. It counts when all of them, and no others, are chosen."),
        check_hint=_("Choose all that apply."),
        fault_in=_fault_in_multiple,
        freeze=_freeze_options,
        words=_words_of_choice,
        fits=_has_these_options,
        clean=_clean_multiple,
        is_right=_exactly_the_right_options,
        shown=_shown_choice,
        templates=Templates(
            paper="questions/multiple_paper.html",
            result="questions/choice_result.html",
            preview="questions/choice_preview.html",
            check="questions/multiple_check.html",
        ),
        read_as="chosen",
    )
)
