"""Who may read a page: the registry of access rules for page classes, and of the functions that decide a rule.

No rule means no: a page class that nobody registered is closed, and so is a rule whose evaluator is missing.
Rules are small and can be pickled, because the front view keeps them beside the cached body and asks again on
every request (docs/page-cache.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from wagtail.models import Page, PageViewRestriction

from core.shown import hides, is_shown
from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True)
class Rule:
    """The name of a registered evaluator and its arguments (strings only, so that it can be cached)."""

    name: str
    args: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the answer is the same for everyone and may be cached by anyone."""
        return self.name == OPEN.name


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the page may be read and, if not, the address that explains why (empty: as if it did not exist)."""

    allowed: bool
    explain_at: str = ""


OPEN = Rule("open")
CLOSED = Rule("closed")
ALLOWED = Decision(True)
REFUSED = Decision(False)

RuleFor = Callable[[Page], Rule]
# Asked with the request, and not with the person alone: staff rights take a second factor that was shown in this very session.
Evaluator = Callable[[dict[str, str], HttpRequest], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule(Entry):
    """The rule of one page class, named by its label ("core.HomePage"); subclasses need their own."""

    rule_for: RuleFor


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfRule(Entry):
    """How rules of one name are decided."""

    decide: Evaluator


RULES = Registry(PageRule)
KINDS_OF_RULE = Registry(KindOfRule)
KINDS_OF_RULE.register(KindOfRule(name=OPEN.name, decide=lambda args, request: ALLOWED))
KINDS_OF_RULE.register(KindOfRule(name=CLOSED.name, decide=lambda args, request: REFUSED))


def open_to_all(page: Page) -> Rule:
    """Rule for pages that anyone reads without an account."""
    return OPEN


def register(page_class: type[Page], rule_for_page: RuleFor) -> None:
    """Declare the rule of exactly this page class; subclasses need their own."""
    RULES.register(PageRule(name=page_class._meta.label, rule_for=rule_for_page))


def has_rule(page_class: type[Page]) -> bool:
    """Whether the page class has been given a rule."""
    return page_class._meta.label in RULES


def rule_for(page: Page) -> Rule:
    """Return the rule of a specific page; CLOSED when its class has none, readers don't see it now, or Wagtail itself restricts it."""
    of_class = RULES.get(type(page)._meta.label)
    if of_class is None or not is_shown(page) or page.path.startswith(_restricted_paths()):
        return CLOSED
    return of_class.rule_for(page)


def rules_for(pages: Sequence[Page]) -> list[Rule]:
    """Return the rules of many specific pages; what is hidden, and what Wagtail restricts, is asked once for all of them."""
    closed = closed_paths()
    rules = []
    for page in pages:
        of_class = RULES.get(type(page)._meta.label)
        rules.append(CLOSED if of_class is None or not page.live or page.path.startswith(closed) else of_class.rule_for(page))
    return rules


def closed_paths() -> tuple[str, ...]:
    """Return where in the tree it begins that nothing is shown, or that Wagtail restricts.

    One statement, and more only where something is restricted.
    """
    is_restricted = Exists(PageViewRestriction.objects.filter(page_id=OuterRef("pk")))
    pages = list(Page.objects.annotate(is_restricted=is_restricted).filter(Q(is_restricted=True) | hides()).only("path"))
    restricted = {page.pk: page.path for page in pages if page.is_restricted}
    return (*(page.path for page in pages), *_with_aliases(restricted))


def _restricted_paths() -> tuple[str, ...]:
    """Return where in the tree Wagtail's restrictions begin."""
    return _with_aliases(dict(Page.objects.filter(view_restrictions__isnull=False).values_list("pk", "path")))


def _with_aliases(restricted: dict[int, str]) -> tuple[str, ...]:
    """Return the paths of restricted pages, by their number, and of their aliases: an alias is restricted as its source is."""
    found, new = dict(restricted), set(restricted)
    while new:
        aliases = dict(Page.objects.filter(alias_of__in=new).values_list("pk", "path"))
        new = aliases.keys() - found.keys()
        found |= aliases
    return tuple(found.values())


def decide(rule: Rule, request: HttpRequest) -> Decision:
    """Decide for the reader behind the request. Open rules never look at the session."""
    if rule.is_open:
        return ALLOWED
    kind = KINDS_OF_RULE.get(rule.name)
    return kind.decide(rule.args, request) if kind else REFUSED
