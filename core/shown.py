"""What readers see of the tree at a moment: a page that is live, has not expired, and stands below nothing that isn't either.

Wagtail looks at the page alone, and an expired page is live until a timer has run. Whatever readers are shown asks here: the
rule of a page, lists, search, the sitemap, and what learners are asked to do. A page that expires raises the content generation
by itself (`core.generation`), so that nothing drawn before is shown after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr
from django.utils import timezone
from wagtail.models import Page

Rows = TypeVar("Rows", bound="QuerySet[Any]")

# How deep lists look for ancestors, by the key of the tree, which has an index. The rule of a page looks at all of its own.
DEEPEST = 16
_DEPTHS = range(2, DEEPEST + 1)
# For SQL that is written by hand: whether page `p` is shown at a moment, its one parameter.
_ABOVE = ", ".join(f"SUBSTR(p.path, 1, {depth * Page.steplen})" for depth in _DEPTHS)
SHOWN = f"NOT EXISTS (SELECT 1 FROM wagtailcore_page h WHERE h.path IN ({_ABOVE}) AND (NOT h.live OR h.expire_at <= %s))"  # noqa: S608 - numbers of ours


def _gone(now: datetime) -> Q:
    return Q(live=False) | Q(expire_at__lte=now)


def shown(rows: Rows, now: datetime | None = None, *, path: str = "path") -> Rows:
    """Return those of the pages that readers see, or of the rows whose page (at `path`) they see. No statement more."""
    found: Rows = rows.filter(seen(now, path=path))
    return found


def seen(now: datetime | None = None, *, path: str = "path") -> Combinable:
    """Whether readers see a page, as a condition."""
    above = Page.objects.filter(path__in=[Substr(OuterRef(path), 1, depth * Page.steplen) for depth in _DEPTHS])
    return ~Exists(above.filter(_gone(now or timezone.now())))


def is_shown(page: Page, now: datetime | None = None) -> bool:
    """Whether readers see a page. One statement."""
    path = str(page.path)
    above = [path[:end] for end in range(2 * Page.steplen, len(path) + 1, Page.steplen)]
    return not Page.objects.filter(_gone(now or timezone.now()), path__in=above).exists()


def hides(now: datetime | None = None) -> Q:
    """Whether it begins at a page that readers see nothing, as a condition; a page without others below it speaks for itself."""
    return Q(Q(live=False, numchild__gt=0) | Q(live=True, expire_at__lte=now or timezone.now()), depth__gte=2)
