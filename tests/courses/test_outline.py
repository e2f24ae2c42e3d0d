"""An outline is a value: what is stored comes back, what changed is said, and what this release cannot know is refused."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.outline import AssessmentRule, OutlineDocument, OutlineModule, OutlineStep, compare, from_json, mask, to_json
from courses.step_types import ASSESSMENT, LESSON, STEP_TYPES
from foundation.versions import VersionUnknown

TITLES = st.dictionaries(st.sampled_from(["es", "pt", "fr", "en"]), st.text(max_size=40), min_size=1)
RULES = st.builds(AssessmentRule, st.integers(1, 100), st.integers(1, 100), st.integers(0, 9))


def _step(slot: int) -> st.SearchStrategy[OutlineStep]:
    lesson = st.builds(OutlineStep, st.uuids(), st.just(slot), st.just(LESSON), st.booleans(), st.integers(1, 600), TITLES)
    graded = st.builds(OutlineStep, st.uuids(), st.just(slot), st.just(ASSESSMENT), st.booleans(), st.integers(1, 600), TITLES, RULES)
    return lesson | graded


@st.composite
def documents(draw: st.DrawFn) -> OutlineDocument:
    modules, slot = [], 0
    for _module in range(draw(st.integers(0, 4))):
        length = draw(st.integers(0, 4))
        steps = tuple(draw(_step(slot + i)) for i in range(length))
        slot += length
        modules.append(OutlineModule(draw(st.uuids()), draw(TITLES), steps))
    return OutlineDocument(draw(TITLES), tuple(modules))


@given(documents())
def test_what_is_stored_comes_back(document: OutlineDocument) -> None:
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


@given(documents())
def test_an_outline_does_not_differ_from_itself(document: OutlineDocument) -> None:
    assert compare(document, from_json(to_json(document))).is_empty


@pytest.mark.parametrize("schema", [None, 0, 2, "1", [], True, 1.5])
def test_a_schema_of_another_release_is_refused(schema: object) -> None:
    stored = {**to_json(OutlineDocument({"es": "C"}, ())), "schema": schema}
    with pytest.raises(VersionUnknown) as refused:
        from_json(stored)
    assert (refused.value.what, refused.value.version) == ("outline", schema)


def test_so_is_a_type_of_step_that_this_release_does_not_have() -> None:
    stored = to_json(outline(step(0)))
    stored["modules"][0]["steps"][0]["kind"] = "survey"
    with pytest.raises(VersionUnknown) as refused:
        from_json(stored)
    assert (refused.value.what, refused.value.version) == ("type of step", "survey")


def test_the_stored_form_says_its_schema() -> None:
    assert to_json(OutlineDocument({"es": "C"}, ()))["schema"] == 1


def test_masks_are_unions_of_slots() -> None:
    assert mask([]) == 0
    assert mask([0, 3, 3]) == 0b1001
    assert mask([65_535]) == 1 << 65_535


def step(slot: int, **fields: object) -> OutlineStep:
    return replace(OutlineStep(uuid.uuid4(), slot, LESSON, True, 10, {"es": f"Paso {slot}"}), **fields)  # type: ignore[arg-type]


MODULE = OutlineModule(uuid.uuid4(), {"es": "Módulo"})


def outline(*steps: OutlineStep) -> OutlineDocument:
    return OutlineDocument({"es": "Curso"}, (replace(MODULE, steps=steps),))


def test_the_first_outline_adds_everything() -> None:
    one = step(0)
    assert compare(None, outline(one)).added == (one,)


def test_added_and_removed_steps_are_named() -> None:
    kept, gone, new = step(0), step(1), step(2)
    changes = compare(outline(kept, gone), outline(kept, new))
    assert (changes.added, changes.removed, changes.reordered, changes.retitled) == ((new,), (gone,), False, False)


def test_required_and_optional_changes_are_named() -> None:
    one, two = step(0), step(1, required=False)
    changes = compare(outline(one, two), outline(replace(one, required=False), replace(two, required=True)))
    assert [s.key for s in changes.newly_required] == [two.key]
    assert [s.key for s in changes.no_longer_required] == [one.key]


def test_another_order_is_seen() -> None:
    one, two = step(0), step(1)
    changes = compare(outline(one, two), outline(two, one))
    assert changes.reordered
    assert (changes.added, changes.removed) == ((), ())


def test_a_step_that_goes_to_another_module_is_seen() -> None:
    one, two, other = step(0), step(1), OutlineModule(uuid.uuid4(), {"es": "Otro"})
    old = OutlineDocument({"es": "C"}, (replace(MODULE, steps=(one, two)), replace(other, steps=())))
    new = OutlineDocument({"es": "C"}, (replace(MODULE, steps=(one,)), replace(other, steps=(two,))))
    assert not compare(old, new).is_empty


def test_a_renamed_module_is_seen() -> None:
    one = step(0)
    old = OutlineDocument({"es": "C"}, (replace(MODULE, steps=(one,)),))
    new = OutlineDocument({"es": "C"}, (replace(MODULE, titles={"es": "Otro nombre"}, steps=(one,)),))
    assert compare(old, new).retitled


def test_another_mark_is_seen() -> None:
    graded = step(0, kind=ASSESSMENT, rule=AssessmentRule())
    changes = compare(outline(graded), outline(replace(graded, rule=AssessmentRule(pass_mark=70))))
    assert [s.key for s in changes.rules_changed] == [graded.key]


@pytest.mark.parametrize("change", [{"titles": {"es": "Otro"}}, {"titles": {"es": "Paso 0", "en": "Step 0"}}, {"minutes": 11}])
def test_titles_and_minutes_are_seen(change: dict[str, object]) -> None:
    one = step(0)
    changes = compare(outline(one), outline(replace(one, **change)))  # type: ignore[arg-type]
    assert changes.retitled
    assert not changes.is_empty


def test_a_title_falls_back_to_a_language_that_has_one() -> None:
    one = step(0, titles={"es": "Paso", "en": ""})
    assert [one.title(code) for code in ("es", "en", "fr")] == ["Paso", "Paso", "Paso"]


def test_only_lessons_are_reported_by_their_reader() -> None:
    assert [kind for kind in STEP_TYPES if kind.is_self_reported] == [LESSON]


# Steps of a set


def _walked(document: OutlineDocument, bits: int) -> list[OutlineStep]:
    return [step for step in document.steps if bits >> step.slot & 1]


def _shuffled(document: OutlineDocument, order: list[int]) -> OutlineDocument:
    """The same steps with other slots, as after an editor has moved steps about."""
    steps = iter(order)
    modules = tuple(replace(module, steps=tuple(replace(step, slot=next(steps)) for step in module.steps)) for module in document.modules)
    return OutlineDocument(document.titles, modules)


@given(documents(), st.data())
def test_the_first_and_the_next_are_those_that_a_walk_through_the_course_finds(document: OutlineDocument, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        document = _shuffled(document, data.draw(st.permutations(range(len(document.steps)))))
    bits, most = data.draw(st.integers(0, 2**20)), data.draw(st.integers(0, 4))
    walked = _walked(document, bits)
    assert document.first_of(bits, most) == walked[:most]
    assert document.next_of(bits, None) == next(iter(walked), None)
    for number, place in enumerate(document.steps):
        behind = [step for step in walked if step in document.steps[number + 1 :]]
        assert document.next_of(bits, place) == next(iter(behind or walked), None)


@given(documents())
def test_the_module_of_a_step_is_the_one_that_holds_it(document: OutlineDocument) -> None:
    assert document.module_of == {step.key: module.key for module in document.modules for step in module.steps}
    assert [step for step in document.steps if step.rule] == list(document.graded)
