"""Registries: typed entries, unique names, an order."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest

from foundation.registry import Entry, NameTaken, Registry
from tests.registries import entered, left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour(Entry):
    hex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Entry):
    corners: int


@pytest.fixture
def colours() -> Registry[Colour]:
    registry = Registry(Colour)
    registry.register(Colour(name="red", hex="f00", order=2))
    registry.register(Colour(name="green", hex="0f0", order=1))
    registry.register(Colour(name="blue", hex="00f", order=2))
    return registry


def test_entries_come_in_their_order_and_then_as_they_were_entered(colours: Registry[Colour]) -> None:
    assert [colour.name for colour in colours] == ["green", "red", "blue"]
    assert len(colours) == 3


def test_an_entry_is_found_by_its_name(colours: Registry[Colour]) -> None:
    assert colours["red"].hex == "f00"
    assert colours.get("pink") is None
    assert ("blue" in colours, "pink" in colours) == (True, False)
    with pytest.raises(KeyError):
        colours["pink"]


def test_a_name_is_given_once_and_the_same_entry_may_come_again(colours: Registry[Colour]) -> None:
    colours.register(Colour(name="red", hex="f00", order=2))
    with pytest.raises(NameTaken):
        colours.register(Colour(name="red", hex="e00", order=2))
    assert colours["red"].hex == "f00"
    assert len(colours) == 3


def test_an_entry_of_another_class_is_refused(colours: Registry[Colour]) -> None:
    with pytest.raises(TypeError):
        colours.register(Shape(name="square", corners=4))  # type: ignore[arg-type]


def test_a_forgotten_form_is_an_error_and_an_entry_never_changes(colours: Registry[Colour]) -> None:
    with pytest.raises(TypeError):
        Colour(name="pink")  # type: ignore[call-arg]
    with pytest.raises(FrozenInstanceError):
        colours["red"].hex = "e00"  # type: ignore[misc]


def test_a_test_enters_and_leaves_out_for_itself_only(colours: Registry[Colour]) -> None:
    with entered(colours, Colour(name="pink", hex="fcc")), left_out(colours, "red"):
        assert [colour.name for colour in colours] == ["pink", "green", "blue"]
    assert [colour.name for colour in colours] == ["green", "red", "blue"]
