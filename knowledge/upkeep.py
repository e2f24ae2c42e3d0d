"""What has to be done again about editions: charts that were not drawn, and PDFs that were not made."""

from __future__ import annotations

from foundation.upkeep import CHORES, Chore
from knowledge.services.draw_charts import draw_missing_charts
from knowledge.services.make_missing_pdfs import make_missing_pdfs


def register_chores() -> None:
    """Enter the chores of this floor. Called from `ready()`."""
    CHORES.register(Chore(name="charts", order=75, run=lambda now: draw_missing_charts(now=now), done="charts drawn"))
    CHORES.register(Chore(name="edition-pdfs", order=80, run=lambda now: make_missing_pdfs(now=now), done="PDFs of editions made"))
