"""People with roles, and a browser tab at the editors' desk: what the admin's own pages send, sent as they send it."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, WorkflowState
from wagtail.test.utils.form_data import nested_form_data, streamfield

from accounts.models import User
from accounts.roles import BY_KEY
from accounts.services.give_role import give_role
from editorial.models import ReviewedPage
from knowledge.models import LibraryPage, PublicationPage

_numbers = itertools.count(1)


def person(*roles: str, email: str = "", **fields: Any) -> User:
    """Somebody with roles; their address says which."""
    user = User.objects.create_user(email or f"{'-'.join(roles) or 'nobody'}{next(_numbers)}@example.org", **fields)
    for key in roles:
        give_role(user=user, role=BY_KEY[key])
    return user


def signed_in(user: User, language: str = "en") -> Client:
    """A browser of somebody."""
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def library(language: str = "es") -> LibraryPage:
    """The library of a language."""
    found: LibraryPage = LibraryPage.objects.get(locale__language_code=language)
    return found


def make_draft(author: User, title: str = "Un borrador", **fields: Any) -> PublicationPage:
    """A draft in the library, written by somebody through a form's own means: a page with one revision."""
    parent = library()
    number = next(_numbers)
    page = PublicationPage(title=title, slug=f"borrador-{number}", abstract="De qué trata.", owner=author, live=False, **fields)
    page.locale = parent.locale
    parent.add_child(instance=page)
    page.save_revision(user=author, log_action=True)
    made: PublicationPage = fresh(page)
    return made


def fresh(page: Page) -> Any:
    """A page as the database has it."""
    return type(page).objects.get(pk=page.pk)


def state_of(page: Page) -> WorkflowState | None:
    """The open workflow of a page."""
    state: WorkflowState | None = fresh(page).current_workflow_state
    return state


def form_data(page: ReviewedPage, user: User, **changes: Any) -> dict[str, Any]:
    """What the form of a page sends, for the newest draft; streams are sent empty."""
    draft = page.get_latest_revision_as_object()
    form = draft.get_edit_handler().get_form_class()(instance=draft, parent_page=draft.get_parent(), for_user=user)
    data: dict[str, Any] = {}
    for name, form_field in form.fields.items():
        if hasattr(form_field, "block"):
            data |= nested_form_data({name: streamfield([])})
            continue
        value = form.initial.get(name, form_field.initial)
        value = value() if callable(value) else value
        data[name] = "" if value is None else form_field.prepare_value(value)
    for formset in form.formsets.values():
        data |= {f"{formset.prefix}-{count}": 0 for count in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    return {name: value for name, value in (data | changes).items() if value is not None and value is not False}


@dataclass
class Tab:
    """A page open in somebody's browser. What it sends carries what it loaded, however long ago.

    To draw the whole form costs more than all that a test does with it, and most tests only send it: they are given what
    its hidden fields say (test_desk.py holds that to the form), and `open` draws it for those that look.
    """

    user: User
    page: Any
    client: Client = field(init=False)
    html: str = field(init=False, default="")
    loaded: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.client = signed_in(self.user)
        self.load()

    def load(self) -> None:
        """Take the newest version into the tab."""
        revision = fresh(self.page).latest_revision
        loaded = {"loaded_revision_id": str(revision.pk), "loaded_revision_created_at": revision.created_at.isoformat()} if revision else {}
        self.loaded, self.html = loaded, ""

    @property
    def url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])

    def open(self) -> Any:
        response = self.client.get(self.url)
        self.html = response.content.decode()
        self._remember()
        return response

    def _remember(self) -> None:
        inputs = BeautifulSoup(self.html, "html.parser").select("[name^=loaded_revision_]")
        self.loaded = {str(tag["name"]): str(tag["value"]) for tag in inputs}

    def post(self, **changes: Any) -> Any:
        data = form_data(fresh(self.page), self.user, **{"comment_notifications": "", **changes}) | self.loaded | changes
        response = self.client.post(self.url, data)
        self.html = response.content.decode()
        return response

    def save(self, **changes: Any) -> Any:
        return self.post(**changes)

    def submit(self, **changes: Any) -> Any:
        return self.post(**{"action-submit": "1"}, **changes)

    def publish(self, **changes: Any) -> Any:
        return self.post(**{"action-publish": "1"}, **changes)

    def dialogue_url(self, action: str, state_id: int | None = None) -> str:
        state = state_of(self.page)
        known = state_id or (state.current_task_state_id if state else 0)
        return reverse("wagtailadmin_pages:collect_workflow_action_data", args=[self.page.pk, action, known])

    def ask(self, action: str, **answers: Any) -> dict[str, Any]:
        """Open the dialogue of a step and fill it in; returns what it answers."""
        url = self.dialogue_url(action)
        opened = self.client.get(url, headers={"x-requested-with": "XMLHttpRequest"}).json()
        seen = re.search(r'name="seen" value="(\w+)"', opened.get("html", ""))
        sent = {"seen": seen[1] if seen else "", **answers}
        answered: dict[str, Any] = self.client.post(url, sent, headers={"x-requested-with": "XMLHttpRequest"}).json()
        return answered

    def take(self, action: str, *, changes: dict[str, Any] | None = None, **answers: Any) -> Any:
        """Take a step as the page does: the dialogue first, then the whole form with what the dialogue answered."""
        answered = self.ask(action, **answers)
        extra = json.dumps(answered.get("cleaned_data", {"seen": "", **answers}))
        return self.post(
            **{"action-workflow-action": "1", "workflow-action-name": action, "workflow-action-extra-data": extra}, **(changes or {})
        )

    def says(self, response: Any = None) -> str:
        """What the messages of the page say, after following where it leads."""
        if response is not None and response.status_code == 302:
            self.html = self.client.get(response["Location"]).content.decode()
        elif response is not None:
            self.html = response.content.decode()
        elif not self.html:
            self.open()
        found = BeautifulSoup(self.html, "html.parser").select(".messages li")
        return " ".join(tag.get_text(" ", strip=True) for tag in found)

    def menu(self) -> list[str]:
        """The entries of the menu at the foot of the page."""
        self.open()
        found = BeautifulSoup(self.html, "html.parser").select(
            "footer .w-dropdown-button button, footer nav button, footer nav a, footer button"
        )
        return list(dict.fromkeys(" ".join(tag.get_text(" ", strip=True).split()) for tag in found))
