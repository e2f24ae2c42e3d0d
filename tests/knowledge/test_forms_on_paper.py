"""Blocks of a publication on paper: each type is set with all its words, or there is a reason why not; none is left out in silence."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from wagtail import blocks
from wagtail.fields import StreamField

from core.blocks import PageBlock, text_of
from core.topics import Topic
from knowledge.edition.body import ON_PAPER, Body, FormOnPaper
from knowledge.edition.pictures import printable
from knowledge.edition.richtext import Node
from knowledge.edition.stored import StoredBlock
from knowledge.edition.typesetting import TypesettingFailed
from knowledge.edition.values import Picture
from knowledge.edition.words_v1 import LICENCES, ROLES, TOPICS, WORDS
from knowledge.licences import ADDRESSES, Licence
from knowledge.models import Contribution, Edition, EditionProblem, PublicationPage
from knowledge.services.make_edition_pdf import make_edition_pdf
from tests.knowledge.bodies import stored, text
from tests.knowledge.corpus import library_in, publish
from tests.knowledge.editions import pdf_of, words
from tests.registries import entered, left_out


def blocks_of_publications() -> list[tuple[str, blocks.Block]]:
    """Return field and type of each block that a publication can have, with the block."""
    fields = [field for field in PublicationPage._meta.local_fields if isinstance(field, StreamField)]
    return [(f"{field.name}.{name}", block) for field in fields for name, block in field.stream_block.child_blocks.items()]


def lacks(name: str) -> list[str]:
    """Say what a type of block lacks on paper."""
    form = ON_PAPER.get(name)
    if form is None:
        return ["a form on paper, or a reason why it has none"]
    return [] if bool(form.nodes) != bool(form.why_not.strip()) else ["either a form or a reason"]


def test_every_block_of_a_publication_has_a_form_on_paper_or_a_reason() -> None:
    names = [name for name, _block in blocks_of_publications()]
    assert {name: lacks(name) for name in names if lacks(name)} == {}
    assert sorted(form.name for form in ON_PAPER) == sorted(names), "a type that is gone from pages keeps its entry: excuse it here then"


def preview_of(name: str, block: blocks.Block) -> tuple[dict[str, Any], str]:
    """Return the preview of a block as content stores it, and its words."""
    value = block.normalize(block.get_preview_value() or "A sentence to remember.")
    stored_value = block.get_prep_value(value)
    if name in {"body.image", "body.figure"}:
        stored_value["image"] = 7
    return {"type": name.rpartition(".")[2], "value": stored_value}, text_of(block, value)


@pytest.mark.parametrize(("name", "block"), blocks_of_publications(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_word_of_a_preview_is_in_the_pdf(name: str, block: blocks.Block) -> None:
    field, _dot, _type = name.partition(".")
    made, said = preview_of(name, block)
    image, suffix = printable(Image.new("RGB", (40, 30), "red"))
    given = [made] if field == "body" else []
    fields = {} if field == "body" else {field: stored(made)}
    pdf = pdf_of(*given, language="en", pictures={7: Picture(image, suffix)}, **fields)
    found = set(re.findall(r"\w+", words(pdf)))
    # A month is written out in the references: "2025-12" as "December 2025".
    assert set(re.findall(r"\w+", said.replace("2025-12", "December 2025"))) - found == set()
    assert said or name == "body.image"


def test_a_block_of_an_unknown_type_is_refused_and_not_left_out() -> None:
    with pytest.raises(TypesettingFailed, match="'video' in 'body'"):
        pdf_of({"type": "video", "value": 1})
    with pytest.raises(TypesettingFailed, match="'image' in 'key_messages'"):
        pdf_of(key_messages=stored({"type": "image", "value": 1}))


@pytest.mark.django_db
def test_its_editors_are_told() -> None:
    publish(library_in("es"), body=stored(text("<p>Uno.</p>")))
    edition = Edition.objects.get()
    with left_out(ON_PAPER, "body.rich_text"):
        assert make_edition_pdf(edition_id=edition.pk) is None
    problem = EditionProblem.objects.get(edition=edition)
    assert "rich_text" in problem.detail
    assert make_edition_pdf(edition_id=edition.pk) is not None


def _said(body: Body, block: StoredBlock) -> list[Node]:
    return [{"t": "p", "c": body.line(str(block.value))}]


def test_a_made_up_block_fails_until_it_has_a_form_or_a_reason() -> None:
    assert lacks("body.poem") == ["a form on paper, or a reason why it has none"]
    with pytest.raises(TypeError, match="why_not"):
        FormOnPaper(name="body.poem", nodes=_said)  # type: ignore[call-arg]
    for nodes, why_not, missing in ((None, " ", ["either a form or a reason"]), (None, "Read aloud only.", []), (_said, "", [])):
        with entered(ON_PAPER, FormOnPaper(name="body.poem", nodes=nodes, why_not=why_not)):
            assert lacks("body.poem") == missing
            assert ("Caminante" in words(pdf_of({"type": "poem", "value": "Caminante"}))) is (nodes is not None)


def test_a_block_of_a_publication_is_a_page_block() -> None:
    for name, block in blocks_of_publications():
        assert isinstance(block, PageBlock) or name == "key_messages.message"


def test_what_a_work_can_be_said_to_be_has_its_word_on_paper() -> None:
    """A part that paper does not know would be left out of it, and a licence that it does not know would print as no licence at all."""
    named_apart = {Contribution.Role.AUTHOR}
    for language in WORDS:
        assert TOPICS[language].keys() == set(Topic.values), language
        assert ROLES[language].keys() == set(Contribution.Role.values) - named_apart, language
    reserved = {Licence.RESERVED}
    assert LICENCES.keys() == set(Licence.values) - reserved
    assert {key: address for key, (_name, address) in LICENCES.items()} == {str(key): address for key, address in ADDRESSES.items()}
    assert {key: name for key, (name, _address) in LICENCES.items()} == {str(key): key.label for key in Licence if key not in reserved}


@pytest.mark.parametrize("is_decorative", [False, True])
def test_what_a_picture_shows_in_words_and_who_made_it_are_read(is_decorative: bool) -> None:
    """Of an image without a file: what it says of itself is all that is read of it."""
    found = {name: block for name, block in blocks_of_publications() if name in {"body.image", "body.figure"}}
    image = SimpleNamespace(decorative=is_decorative, contextual_alt_text="A bridge at dawn", credit="Photo: Ana Quispe")
    shows = [] if is_decorative else ["A bridge at dawn"]
    assert text_of(found["body.image"], {"image": image}) == " ".join([*shows, "Photo: Ana Quispe"])
    value = {"image": image, "caption": "Where people crossed", "source": "R4V", "source_url": ""}
    assert text_of(found["body.figure"], value) == " ".join(["Where people crossed", "R4V", *shows, "Photo: Ana Quispe"])
