"""What readers see of the tree at a moment: a page that is live, has not expired, and stands below nothing that isn't either.

Wagtail looks at the page alone, and an expired page is live until a timer has run. Whatever readers are shown asks here: the
rule of a page, lists, search, the sitemap, and what learners are asked to do. A page that expires raises the content generation
by itself (`core.generation`), so that nothing drawn before is shown after.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, DateTimeField, F, Q, QuerySet, Value
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from wagtail.models import Page

Rows = TypeVar("Rows", bound="QuerySet[Any]")

# How deep lists look for ancestors, by the key of the tree, which has an index. The rule of a page looks at all of its own.
DEEPEST = 16
_DEPTHS = range(2, DEEPEST + 1)
# The condition as SQL, with the column of the path and one parameter, the moment. It is written by hand, and so compiled once: by
# Django's own means it was a third of what opening a page of the admin costs (`make bench`, T8).
_ABOVE = ", ".join(f"SUBSTR(%(path)s, 1, {depth * Page.steplen})" for depth in _DEPTHS)
_SEEN = f"NOT EXISTS (SELECT 1 FROM wagtailcore_page h WHERE h.path IN ({_ABOVE}) AND (NOT h.live OR h.expire_at <= %(now)s))"  # noqa: S608 - numbers of ours
# For SQL that is written by hand: whether page `p` is shown at a moment, its one parameter.
SHOWN = _SEEN % {"path": "p.path", "now": "%s"}


class Seen(Expression):
    """Whether readers see a page at a moment."""

    conditional = True

    def __init__(self, path: Any, now: Any) -> None:
        super().__init__(output_field=BooleanField())
        self.path, self.now = path, now

    def get_source_expressions(self) -> list[Any]:
        return [self.path, self.now]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.path, self.now = exprs

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        path, path_params = compiler.compile(self.path)
        now, now_params = compiler.compile(self.now)
        return _SEEN % {"path": path, "now": now}, (*(tuple(path_params) * len(_DEPTHS)), *now_params)


def _gone(now: datetime) -> Q:
    return Q(live=False) | Q(expire_at__lte=now)


def shown(rows: Rows, now: datetime | None = None, *, path: str = "path") -> Rows:
    """Return those of the pages that readers see, or of the rows whose page (at `path`) they see. No statement more."""
    found: Rows = rows.filter(seen(now, path=path))
    return found


def seen(now: datetime | None = None, *, path: str = "path") -> Seen:
    """Whether readers see a page, as a condition."""
    return Seen(F(path), Value(now or timezone.now(), DateTimeField()))


def is_shown(page: Page, now: datetime | None = None) -> bool:
    """Whether readers see a page. One statement."""
    path = str(page.path)
    above = [path[:end] for end in range(2 * Page.steplen, len(path) + 1, Page.steplen)]
    return not Page.objects.filter(_gone(now or timezone.now()), path__in=above).exists()


def hides(now: datetime | None = None) -> Q:
    """Whether it begins at a page that readers see nothing, as a condition; a page without others below it speaks for itself."""
    return Q(Q(live=False, numchild__gt=0) | Q(live=True, expire_at__lte=now or timezone.now()), depth__gte=2)
