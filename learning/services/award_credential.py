"""Award a certificate: eligibility is checked again, and everything printed on it is written down."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from courses.models import CoursePage
from learning.errors import NotEligible
from learning.grading import course_grade, is_honours
from learning.models import Attempt, Credential, CredentialHolder, Enrolment

SCHEMA = 1


def award_credential(*, enrolment_id: int) -> Credential | None:
    """Award the certificate of a finished enrolment, or return the one there is.

    Returns None while the learner has given no name to print.

    Raises:
        NotEligible: the course is not finished.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("outline", "learner").get(pk=enrolment_id)
        existing = Credential.objects.live().filter(enrolment=enrolment).first()
        if existing is not None:
            return existing
        if enrolment.completed_at is None:
            raise NotEligible
        if not enrolment.learner.printed_name:
            return None
        credential = Credential.objects.create(
            enrolment=enrolment,
            subject_kind="course",
            subject_key=f"{enrolment.course_key}:{enrolment.run_id}",
            snapshot=snapshot_of(enrolment),
        )
        CredentialHolder.objects.create(credential=credential, learner=enrolment.learner, printed_name=enrolment.learner.printed_name)
    return credential


def snapshot_of(enrolment: Enrolment) -> dict[str, Any]:
    """Return what the certificate will always say, without who it is about."""
    document = enrolment.outline.document
    titles, topic, slug = dict(document.titles), "", ""
    for page in CoursePage.objects.live().filter(translation_key=enrolment.course_key).select_related("locale").order_by("-pk"):
        titles[page.locale.language_code] = page.title
        topic, slug = page.topic, page.slug
    best = dict(
        Attempt.objects.submitted()
        .filter(enrolment=enrolment)
        .values_list("step_key")
        .annotate(Max("score"))
        .values_list("step_key", "score__max")
    )
    graded = [step for step in document.steps if step.rule and step.key in best]
    completed = enrolment.completed_at or timezone.now()
    return {
        "schema": SCHEMA,
        "titles": titles,
        "topic": topic,
        "slug": slug,
        "minutes": document.minutes,
        "outline": str(enrolment.outline_id),
        "outline_version": enrolment.outline.version,
        "grade": course_grade([best[step.key] for step in graded]),
        "honours": is_honours([(best[step.key], step.rule.honours_mark) for step in graded if step.rule]),
        "completed_on": timezone.localdate(completed).isoformat(),
        "language": enrolment.language,
        "issuer": settings.CREDENTIAL_ISSUER,
        "demo": settings.DEMO,
        "site": settings.SITE_URL,
    }
