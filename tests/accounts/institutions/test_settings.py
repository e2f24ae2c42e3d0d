"""What the settings say about institutions, and what is wrong in them."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.institutions import apps_of, origins_of, read_institutions

ENTRY = {"id": "uni", "name": "Universidad", "server_url": "https://uni.example/", "client_id": "c", "secret": "s"}


def test_what_the_settings_say() -> None:
    assert read_institutions("") == []
    (found,) = read_institutions(json.dumps([ENTRY]))
    assert found == {**ENTRY, "server_url": "https://uni.example", "factor_counts": False, "sign_in_urls": []}
    assert origins_of([found]) == ["https://uni.example"]
    more = {"sign_in_urls": ["https://login.example:8443/x", "https://uni.example/y"]}
    assert origins_of([{**found, **more}]) == ["https://uni.example", "https://login.example:8443"]
    assert apps_of([found])[0]["settings"] == {"server_url": "https://uni.example"}


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("{", "JSON"),
        ("{}", "list"),
        ("[7]", "objects"),
        (json.dumps([{"id": "uni"}]), "server_url"),
        (json.dumps([ENTRY, ENTRY]), "same id"),
        (json.dumps([ENTRY, {**ENTRY, "id": "two"}]), "same server_url"),
        *(
            (json.dumps([{**ENTRY, **wrong}]), word)
            for wrong, word in (
                ({"secret": " "}, "secret"),
                ({"client": "x"}, "unknown"),
                ({"factor_counts": "yes"}, "wrong type"),
                ({"id": "Uni/"}, "small letters"),
                ({"name": "x" * 41}, "40"),
                ({"server_url": "http://uni.example"}, "https"),
                ({"sign_in_urls": ["https://x.example; script-src *"]}, "https"),
                ({"sign_in_urls": [7]}, "https"),
            )
        ),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(raw: str, word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=word):
        read_institutions(raw)
