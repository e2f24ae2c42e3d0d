"""The demo's content, in a test database."""

from __future__ import annotations

from core import demo as core_demo
from courses import demo as courses_demo
from knowledge import demo as knowledge_demo


def seed_demo_content() -> None:
    """Put in pages and courses, without the demo's accounts."""
    for module in (core_demo, knowledge_demo, courses_demo):
        module.seed(lambda line: None)
