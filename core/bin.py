"""Reads of the bin: where it is, what is in it, and what stays out of sight because it is there."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from core.models import BinPage
from core.shown import seen


def bin_root() -> BinPage | None:
    """Return the bin; None before anything was ever deleted."""
    found: BinPage | None = BinPage.objects.filter(depth=2).order_by("path").first()
    return found


def bin_entries() -> QuerySet[BinPage]:
    """What is in the bin: one row a deletion, the newest first."""
    found: QuerySet[BinPage] = BinPage.objects.filter(depth=3).select_related("owner", "locale").order_by("-thrown_at", "-pk")
    return found


def without_bin(pages: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out the bin and what is in it."""
    root = bin_root()
    return pages.exclude(path__startswith=root.path) if root is not None else pages


def choosable(pages: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return those of the pages whose titles somebody may see in a dialogue: what readers see, and what they may open anyway."""
    own = page_permission_policy.explorable_instances(user)
    allowed = without_bin(Page.objects.filter(Q(seen()) | Q(pk__in=own.values("pk"))))
    # By their keys alone: searching in a dialogue understands no other condition.
    return pages.filter(pk__in=allowed.values("pk"))
