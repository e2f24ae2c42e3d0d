"""Sending the paper of an assessment as a person does: keep the answers, look through them, and send."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def look_through(client: Client, paper: str, answers: dict[str, Any]) -> Any:
    """Give answers, and go to the page that says what is not answered."""
    shown = client.post(paper, {**answers, "action": "send"}, follow=True)
    assert shown.redirect_chain == [(f"{paper}send/", 302)]
    return shown


def seen_in(page: Any) -> str:
    """Return what the form of that page carries: the answers as they were shown."""
    (found,) = re.findall(r'name="seen" value="(\w+)"', page.content.decode())
    return str(found)


def send_paper(client: Client, paper: str, answers: dict[str, Any]) -> Any:
    """Give answers, look through them, send them, and go to the result."""
    shown = look_through(client, paper, answers)
    assert shown.status_code == 200
    return client.post(f"{paper}send/", {"seen": seen_in(shown)}, follow=True)
