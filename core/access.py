"""Who may read a page: the registry of access rules for page classes, and of the functions that decide a rule.

No rule means no: a page class that nobody registered is closed, and so is a rule whose evaluator is missing.
Rules are small and can be pickled, because the front view keeps them beside the cached body and asks again on
every request (docs/page-cache.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from wagtail.models import Page, PageViewRestriction

from accounts.models import User


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
Evaluator = Callable[[dict[str, str], User | AnonymousUser], Decision]

_rules: dict[type[Page], RuleFor] = {}
_evaluators: dict[str, Evaluator] = {
    OPEN.name: lambda args, reader: ALLOWED,
    CLOSED.name: lambda args, reader: REFUSED,
}


def open_to_all(page: Page) -> Rule:
    """Rule for pages that anyone reads without an account."""
    return OPEN


def register(page_class: type[Page], rule_for_page: RuleFor) -> None:
    """Declare the rule of exactly this page class; subclasses need their own."""
    _rules[page_class] = rule_for_page


def register_evaluator(name: str, evaluator: Evaluator) -> None:
    """Declare how rules of this name are decided. Called from `ready()` of the app that knows the answer."""
    _evaluators[name] = evaluator


def has_rule(page_class: type[Page]) -> bool:
    """Whether the page class has been given a rule."""
    return page_class in _rules


def rule_for(page: Page) -> Rule:
    """Return the rule of a specific page; CLOSED when its class has none or Wagtail itself restricts it."""
    rule_of_class = _rules.get(type(page))
    if rule_of_class is None or page.get_view_restrictions().exists():
        return CLOSED
    return rule_of_class(page)


def rules_for(pages: Sequence[Page]) -> list[Rule]:
    """Return the rules of many specific pages; what Wagtail restricts is asked once for all of them."""
    restricted = _restricted_paths()
    rules = []
    for page in pages:
        rule_of_class = _rules.get(type(page))
        rules.append(CLOSED if rule_of_class is None or page.path.startswith(restricted) else rule_of_class(page))
    return rules


def _restricted_paths() -> tuple[str, ...]:
    """Return where in the tree Wagtail's restrictions begin; an alias is restricted as its source is."""
    found: set[int] = set()
    new = set(PageViewRestriction.objects.values_list("page_id", flat=True))
    while new:
        found |= new
        new = set(Page.objects.filter(alias_of__in=new).values_list("pk", flat=True)) - found
    return tuple(Page.objects.filter(pk__in=found).values_list("path", flat=True)) if found else ()


def decide(rule: Rule, request: HttpRequest) -> Decision:
    """Decide for the reader behind the request. Open rules never look at the session."""
    if rule.is_open:
        return ALLOWED
    evaluator = _evaluators.get(rule.name)
    return evaluator(rule.args, request.user) if evaluator else REFUSED
