"""How each action of a step is taken: a registry from the action's name to the form that is filled in and the service that acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from editorial.errors import StepRefused
from editorial.forms import StepForm
from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAction(Entry):
    """One action ("approve"). `take` is called with task_state, user and data by name; it raises StepRefused."""

    form: type[forms.Form]
    take: Callable[..., None]


ACTIONS = Registry(StepAction)


def form_for(action: str) -> type[forms.Form]:
    """Return the form of an action; the plain one for what is no action, which is refused when it is taken."""
    known = ACTIONS.get(action)
    return known.form if known else StepForm


def handle_step(*, task_state: Any, user: Any, action: str, data: dict[str, Any]) -> None:
    """Take a step by one of its actions.

    Args:
        data: what the person filled in, as it came from the browser; see `editorial.forms`.

    Raises:
        StepRefused: it can't be taken, with the reason in words.
    """
    known = ACTIONS.get(action)
    if known is None:
        raise StepRefused(_("This can’t be done at this step."))
    known.take(task_state=task_state, user=user, data=data)
