"""Prepare the bare Wagtail project: one page with a paragraph, and a list of pages in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from wagtail.models import Page, Site

from benchmarks.bench.floors.bare.models import BarePage
from benchmarks.bench.many_pages import copy_page
from benchmarks.bench.people import sign_in
from benchmarks.bench.plans import FEW_WORKS, get, task

BODY = "<p>" + "A page of the benchmark. " * 20 + "</p>"


def make(_sizes: dict[str, Any]) -> dict[str, Any]:
    """Make the page below the root of the site, and a page with as many below it as Puente has works."""
    home = Page.objects.get(slug="home")
    home.add_child(instance=BarePage(title="A page", slug="page", body=BODY))
    library = home.add_child(instance=BarePage(title="Library", slug="library", body=BODY))
    work = library.add_child(instance=BarePage(title="Work", slug="work", body=BODY))
    work.save_revision().publish()
    copy_page(BarePage.objects.get(pk=work.pk), FEW_WORKS - 1)
    Site.objects.update(hostname="puente.example", port=443)
    [session] = sign_in([User.objects.create(username="staff", password="!", is_superuser=True, is_staff=True)])
    listing = get(reverse("wagtailadmin_explore", args=[library.pk]), session)
    return {"wagtail page": {"": task([[get("/page/")]])}, "wagtail explorer": {"": task([[listing]])}}


def grow(_learners: int) -> None:
    """Add nobody: a bare page has no learners."""


def fill(works: int, _courses: int) -> None:
    """Add works, up to that many."""
    work = BarePage.objects.get(slug="work")
    copy_page(work, works - work.get_siblings().count())
