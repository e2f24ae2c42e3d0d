"""ORCID iDs: whatever way one is written it is the same one, and a mistyped one is noticed (ISO 7064 MOD 11-2)."""

from __future__ import annotations

import pytest

from knowledge.orcid import OrcidMalformed, check_character, normalised

# ORCID's own samples (support.orcid.org, "Structure of the ORCID Identifier"; info.orcid.org), two of which end in X.
SAMPLES = ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X", "0000-0002-9079-593X", "0000-0001-5000-0007"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_last_character_follows_from_the_others(sample: str) -> None:
    plain = sample.replace("-", "")
    assert check_character(plain[:15]) == plain[15]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize(
    "way",
    [
        "{}", "https://orcid.org/{}", "http://orcid.org/{}", "https://orcid.org/{}/", "https://www.orcid.org/{}", "orcid.org/{}", "  {}\n",
        "https://orcid.org/{}?lang=es", "ORCID: {}", "ORCID iD {}", "HTTPS://ORCID.ORG/{}",
    ],
)  # fmt: skip
def test_all_ways_to_write_one(sample: str, way: str) -> None:
    assert normalised(way.format(sample)) == sample


@pytest.mark.parametrize(
    "written",
    ["000000021694233X", "0000-0002-1694-233x", "0000 0002 1694 233X", "0000–0002–1694–233X", "0000\u20110002\u20111694\u2011233X",
     "0000\u00a00002\u00a01694\u00a0233X"],
)  # fmt: skip
def test_groups_may_be_parted_by_what_a_word_processor_makes_of_a_hyphen(written: str) -> None:
    assert normalised(written) == "0000-0002-1694-233X"


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_wrong_digit_anywhere_is_noticed(sample: str) -> None:
    for position, sign in enumerate(sample):
        if sign.isdigit():
            wrong = sample[:position] + str((int(sign) + 1) % 10) + sample[position + 1 :]
            with pytest.raises(OrcidMalformed):
                normalised(wrong)


def test_two_neighbours_swapped_are_noticed() -> None:
    with pytest.raises(OrcidMalformed):
        normalised("0000-0002-1852-0097")


@pytest.mark.parametrize(
    "text",
    ["", "0000-0002-1825-009", "0000-0002-1825-00977", "0000-0002-1825-0097 x", "X000-0002-1825-0097", "https://example.org/0000-0002-1825-0097",
     "٠٠٠٠-٠٠٠٢-١٨٢٥-٠٠٩٧", "０0００-0002-1825-0097", "<b>0000-0002-1825-0097</b>", "0000-0002-1825-0097\n0000-0002-1825-0097"],
)  # fmt: skip
def test_anything_else_is_no_orcid(text: str) -> None:
    with pytest.raises(OrcidMalformed):
        normalised(text)
