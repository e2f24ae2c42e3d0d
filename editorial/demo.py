"""Demo content of the editorial floor: the workflow itself."""

from __future__ import annotations

from core.seeding import Report
from editorial.services.ensure_workflow import ensure_workflow


def seed(report: Report) -> None:
    """Make the workflow where it is missing."""
    ensure_workflow()


def remove(report: Report) -> None:
    """Take nothing out: the workflow is the site's own."""
