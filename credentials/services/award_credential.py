"""Award a certificate: eligibility is checked again, and everything printed on it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from courses.models import StepWaiver
from credentials.certificate.values import BY_DECISION, EARNED, SCHEMA, SCHEMA_OF_OVERRIDE
from credentials.errors import NotEligible
from credentials.models import Credential, CredentialHolder
from foundation.civil_dates import civil_date, today
from foundation.errors import Refused
from foundation.statements import Statement, insert_row
from learning import policies
from learning.course_pages import live_course_pages
from learning.grading import course_grade, is_honours
from learning.models import Attempt, Enrolment

# What is printed, a row for each language: the name and whether the public page shows it; whether there is a certificate already,
# one that stands, or any; and the live pages of the course, the oldest first. Read once the enrolment is locked.
PRINTED = Statement(
    "SELECT u.printed_name, u.show_name, "
    "EXISTS (SELECT 1 FROM credentials_credential h WHERE h.enrolment_id = e.id AND h.revoked_at IS NULL), "
    "EXISTS (SELECT 1 FROM credentials_credential h WHERE h.enrolment_id = e.id), "
    "l.language_code, p.title, c.topic, p.slug "
    "FROM learning_enrolment e JOIN accounts_user u ON u.id = e.learner_id "
    "LEFT JOIN (wagtailcore_page p JOIN courses_coursepage c ON c.page_ptr_id = p.id JOIN wagtailcore_locale l ON l.id = p.locale_id) "
    "ON p.translation_key = e.course_key AND p.live "
    "WHERE e.id = %s ORDER BY p.id"
)


class CoursePrinted(NamedTuple):
    """A course as one of its live pages names it."""

    language: str
    title: str
    topic: str
    slug: str


class AlreadyRevoked(Refused):
    """The certificate of this enrolment was revoked. Asking again gives no other one: an administrator replaces it, or nobody."""

    code = "already_revoked"
    message = _("The certificate of this course was revoked, so it is not issued again. Its page says why.")


def award_credential(*, enrolment_id: int) -> Credential | None:
    """Award the certificate of a finished enrolment, or return the one there is.

    Returns None while the learner has given no name to print.

    Raises:
        NotEligible: the course is not finished.
        AlreadyRevoked: there was one, and it was revoked.
    """
    with transaction.atomic():
        return award_to(Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment_id))


def award_to(enrolment: Enrolment) -> Credential | None:
    """Award the certificate of an enrolment that the caller has locked; as `award_credential`, whose errors it raises."""
    rows = PRINTED.all(enrolment.pk)
    printed_name, show_name, has_live, has_any = rows[0][:4]
    if has_live:
        return Credential.objects.live().filter(enrolment=enrolment).first()
    if has_any:
        raise AlreadyRevoked
    if not is_earned(enrolment):
        raise NotEligible
    if not printed_name:
        return None
    snapshot = snapshot_of(enrolment, [CoursePrinted(*row[4:]) for row in rows if row[4]])
    return write_credential(enrolment, snapshot, Credential.Basis.EARNED, printed_name=printed_name, show_name=show_name)


def write_credential(
    enrolment: Enrolment, snapshot: dict[str, Any], basis: Credential.Basis, *, printed_name: str, show_name: bool
) -> Credential:
    """Write the certificate of a locked enrolment, and whose it is."""
    credential = Credential(
        enrolment=enrolment,
        subject_kind="course",
        subject_key=f"{enrolment.course_key}:{enrolment.run_id}",
        basis=basis,
        snapshot=snapshot,
        template_version=BY_DECISION if basis == Credential.Basis.OVERRIDE else EARNED,
    )
    holder = CredentialHolder(credential=credential, learner_id=enrolment.learner_id, printed_name=printed_name, show_name=show_name)
    insert_row(credential)
    insert_row(holder)
    return credential


def is_earned(enrolment: Enrolment) -> bool:
    """Whether an enrolment was completed and every step that its outline requires is done, or could at some time not be opened.

    A waiver that has ended still counts: restoring a step takes nothing back from who finished without it.
    """
    if enrolment.completed_at is None:
        return False
    document = enrolment.document
    missing = policies.required_mask(document, ()) & ~enrolment.done_bits
    if not missing:
        return True
    waived = StepWaiver.objects.filter(course_key=enrolment.course_key).values_list("step_key", flat=True)
    return not policies.required_mask(document, set(waived)) & ~enrolment.done_bits


def snapshot_of(enrolment: Enrolment, pages: Sequence[CoursePrinted] | None = None) -> dict[str, Any]:
    """Return what the certificate will always say, without who it is about. Pages, the oldest first, are read if they are not given."""
    document = enrolment.document
    if pages is None:
        live = live_course_pages(enrolment.course_key)
        pages = [CoursePrinted(found.language, found.page.title, found.topic, found.page.slug) for found in live]
    titles, topic, slug = dict(document.titles), "", ""
    # The oldest, which is the source, comes last and says topic and slug.
    for page in reversed(pages):
        titles[page.language] = page.title
        topic, slug = page.topic, page.slug
    best = _best_scores(enrolment) if document.graded else {}
    graded = [step for step in document.graded if step.key in best]
    completed = enrolment.completed_at
    return {
        "schema": SCHEMA,
        "titles": titles,
        "topic": topic,
        "slug": slug,
        "minutes": document.minutes,
        "outline": str(enrolment.outline_id),
        "outline_version": document.version,
        "grade": course_grade([best[step.key] for step in graded]),
        "honours": is_honours([(best[step.key], step.rule.honours_mark) for step in graded if step.rule]),
        "completed_on": civil_date(completed).isoformat() if completed else None,
        "language": enrolment.language,
        "issuer": settings.CREDENTIAL_ISSUER,
        "demo": settings.DEMO,
        "site": settings.SITE_URL,
    }


def _best_scores(enrolment: Enrolment) -> dict[UUID, int]:
    """Return the best score of each assessment that was sent, by step."""
    sent = Attempt.objects.submitted().filter(enrolment=enrolment)
    return dict(sent.values_list("step_key").annotate(Max("score")))


def snapshot_of_override(enrolment: Enrolment) -> dict[str, Any]:
    """Return what a certificate says that is issued although the course is not finished: who decided and when, no completion, no grade."""
    return snapshot_of(enrolment) | {
        "schema": SCHEMA_OF_OVERRIDE,
        "basis": Credential.Basis.OVERRIDE.value,
        "decided_on": today().isoformat(),
        "completed_on": None,
        "grade": None,
        "honours": False,
    }
