"""The demo's content, in a test database."""

from __future__ import annotations

from accounts import demo as accounts_demo
from core import demo as core_demo
from courses import demo as courses_demo
from editorial import demo as editorial_demo
from knowledge import demo as knowledge_demo


def seed_demo_content() -> None:
    """Put in pages, courses and the accounts that write and review them; nothing of what learners did."""
    for module in (accounts_demo, core_demo, editorial_demo, knowledge_demo, courses_demo):
        module.seed(lambda line: None)
