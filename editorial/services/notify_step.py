"""Tell people, by e-mail and in their language, that a step of a review waits for them or what happened to their text."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from wagtail.models import TaskState
from wagtail.users.models import UserProfile

from accounts.models import User
from accounts.staff import may_enter_admin
from editorial import review_rules
from editorial.models import ReviewState, ReviewTask
from foundation.mail import send

# Which of a person's own switches (account, "Notifications") stands for which message. "stuck" has none: somebody must help.
SWITCHES = {
    "submitted": "submitted_notifications",
    "ready": "submitted_notifications",
    "approved": "approved_notifications",
    "scheduled": "approved_notifications",
    "published": "approved_notifications",
    "sent_back": "rejected_notifications",
}
# These ask for something to be done; once it is done, the message is not sent any more.
ASKING = {"submitted", "ready", "stuck"}


def recipients_of(*, event: str, state_id: int, actor_id: int | None) -> list[tuple[str, int]]:
    """Return whom to tell what. Nobody is told of what they did themselves.

    Where nobody can take the step that has begun, the site administrators are told so ("stuck").
    """
    state = _state(state_id)
    if state is None:
        return []
    page, task = state.workflow_state.content_object.specific, state.task.specific
    if event in {"submitted", "ready"}:
        people = set(review_rules.who_can(task, page))
        if not people:
            event, people = "stuck", set(review_rules.site_administrators())
    else:
        people = _authors_of(state, event)
        if event in {"published", "scheduled"}:
            people |= _reviewers_of(state)
        if event == "published" and actor_id is None and state.finished_by is not None:
            people |= {state.finished_by}
    told = [person for person in people if person.pk != actor_id and _wants(person, event)]
    return [(event, person.pk) for person in sorted(told, key=lambda person: person.pk)]


def notify_step(*, event: str, state_id: int, actor_id: int | None, user_id: int) -> None:
    """Write to one person.

    Raises:
        MailNotSent: the mail server could not be reached, or refused the message.
    """
    state = _state(state_id)
    person = User.objects.filter(pk=user_id, is_active=True).first()
    actor = User.objects.filter(pk=actor_id).first() if actor_id is not None else None
    if state is None or person is None or (event in ASKING and state.status != TaskState.STATUS_IN_PROGRESS):
        return
    page = state.workflow_state.content_object.specific
    site = settings.SITE_URL.rstrip("/")
    language = mail_language(person)
    context = {
        "event": event,
        "title": page.draft_title or page.title,
        "actor": review_rules.colleague_name(actor) if actor else "",
        "remark": state.comment.strip(),
        "groups": review_rules.groups_in_words(state.task),
        "date": _date(state, person, language) if event == "scheduled" else "",
        "address": site + reverse("wagtailadmin_pages:edit", args=[page.pk]),
        "public_address": page.full_url if event == "published" else "",
    }
    send("email/review", person.email, context, language=language)


def mail_language(person: User) -> str:
    """Return the language to write to somebody: their own, that of their admin, or the site's first."""
    profile = UserProfile.objects.filter(user=person).first()
    of_admin = (profile.preferred_language if profile else "").split("-")[0]
    known = {code for code, _name in settings.LANGUAGES}
    return person.language or (of_admin if of_admin in known else "") or settings.LANGUAGE_CODE


def _state(state_id: int) -> ReviewState | None:
    state = ReviewState.objects.filter(pk=state_id).select_related("workflow_state", "task", "revision", "finished_by").first()
    return state if state is not None and state.workflow_state.content_object is not None else None


def _authors_of(state: ReviewState, event: str) -> set[User]:
    """Return who wrote or submitted the text, as far as they still work here.

    Once it is published, what came before counts as published, too: then those who submitted this round.
    """
    round_ = ReviewState.objects.filter(workflow_state=state.workflow_state)
    if event == "published":
        ids = {state.workflow_state.requested_by_id, *round_.values_list("revision__user_id", flat=True)}
    else:
        ids = review_rules.authors(state.workflow_state.content_object.specific)
    ids -= set(round_.values_list("finished_by_id", flat=True))
    people = User.objects.filter(pk__in=[pk for pk in ids if pk is not None], is_active=True)
    return {person for person in people if may_enter_admin(person)}


def _reviewers_of(state: ReviewState) -> set[User]:
    states = ReviewState.objects.filter(
        workflow_state=state.workflow_state, task__in=ReviewTask.objects.values("pk"), status=TaskState.STATUS_APPROVED
    )
    return set(User.objects.filter(pk__in=states.values("finished_by"), is_active=True))


def _wants(person: User, event: str) -> bool:
    switch = SWITCHES.get(event)
    profile = UserProfile.objects.filter(user=person).first()
    return bool(person.email) and (switch is None or profile is None or bool(getattr(profile, switch)))


def _date(state: ReviewState, person: User, language: str) -> str:
    """Return when the page is published, in the time zone of whoever reads it, with the zone's name."""
    publish_at = state.revision.approved_go_live_at
    if publish_at is None:
        return ""
    profile = UserProfile.objects.filter(user=person).first()
    zone = zoneinfo.ZoneInfo(profile.get_current_time_zone() if profile else settings.TIME_ZONE)
    with override(language):
        return f"{date_format(timezone.localtime(publish_at, zone), 'DATETIME_FORMAT')} ({zone.key})"
