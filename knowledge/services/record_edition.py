"""Record an edition: store what was published, at the moment of publication."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from wagtail.models import COMMENTS_RELATION_NAME, Revision

from knowledge.edition.facts import edition_facts
from knowledge.events import edition_recorded
from knowledge.models import Edition, PublicationPage, Work


def record_edition(*, page: PublicationPage, revision: Revision) -> Edition:
    """Record what a revision of a publication says as its next edition; publishing the newest one again makes no other."""
    with transaction.atomic():
        work = Work.objects.select_for_update().get(key=page.translation_key)
        editions = Edition.objects.of(work.key, page.locale.language_code)
        newest = editions.newest_first().first()
        if newest is not None and newest.revision_id == revision.pk:
            return newest
        number = (editions.aggregate(last=Max("number"))["last"] or 0) + 1
        edition: Edition = Edition.objects.create(
            work=work,
            language=page.locale.language_code,
            number=number,
            page_id=page.pk,
            revision=revision,
            title=page.title,
            # Remarks on the draft are its editors' own, and go with it.
            content={name: value for name, value in revision.content.items() if name != COMMENTS_RELATION_NAME},
            facts=edition_facts(page, revision.content),
        )
        edition_recorded.send(sender=Edition, edition=edition)
    return edition
