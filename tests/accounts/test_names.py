"""The rule for a printed name asks for as little as it can."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError

from accounts.names import clean_printed_name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Ana Núñez", "Ana Núñez"),
        ("  Ana \u00a0\t  Núñez\n", "Ana Núñez"),
        (unicodedata.normalize("NFD", "Crèvecœur Ñandú São"), "Crèvecœur Ñandú São"),
        ("Łódź Nguyễn", "Łódź Nguyễn"),
        ("Ελένη", "Ελένη"),
        ("Київ", "Київ"),
        ("O’Brien-D'Souza, Jr.", "O’Brien-D'Souza, Jr."),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("王伟", "王伟"),
        ("Xy", "Xy"),
        ("g\u0303", "g\u0303"),
        ("a" * 120, "a" * 120),
    ],
)
def test_names_of_people_are_kept(raw: str, clean: str) -> None:
    assert clean_printed_name(raw) == clean
    assert clean_printed_name(clean) == clean, "cleaning twice changes nothing"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "too_short"),
        ("   ", "too_short"),
        ("A", "too_short"),
        ("a" * 121, "too_long"),
        ("1234", "no_letter"),
        ("!!", "no_letter"),
        ("Ana\x00", "forbidden_characters"),
        ("Ana\x07", "forbidden_characters"),
        ("Ana \u202eiloP", "forbidden_characters"),
        ("Ana\u2066", "forbidden_characters"),
        ("Ana\u200f", "forbidden_characters"),
        ("\ufeffAna", "forbidden_characters"),
        ("A\u00adna", "forbidden_characters"),
        ("Ana \ue000", "forbidden_characters"),
        ("Ana \ud800", "forbidden_characters"),
    ],
)
def test_what_cannot_be_printed_is_refused(raw: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        clean_printed_name(raw)
    assert refused.value.code == code
    assert str(refused.value.messages[0])
