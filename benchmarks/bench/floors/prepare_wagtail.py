"""Prepare the bare Wagtail project: one page with a paragraph."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page, Site

from benchmarks.bench.floors.bare.models import BarePage
from benchmarks.bench.plans import get, task


def make(_sizes: dict[str, Any]) -> dict[str, Any]:
    """Make the page below the root of the site."""
    home = Page.objects.get(slug="home")
    home.add_child(instance=BarePage(title="A page", slug="page", body="<p>" + "A page of the benchmark. " * 20 + "</p>"))
    Site.objects.update(hostname="puente.example", port=443)
    return {"wagtail page": {"": task([[get("/page/")]])}}


def grow(_learners: int) -> None:
    """Add nobody: a bare page has no learners."""
