"""Say in words, for its editors, why an edition has no PDF."""

from __future__ import annotations

from django.utils.translation import gettext as _

from knowledge.models import Edition, EditionProblem, PublicationPage


def problem_of(page: PublicationPage) -> str:
    """Return why the newest edition of a publication has no PDF, and what to do; empty if nothing is wrong."""
    edition = Edition.objects.of(page.key, page.locale.language_code).newest_first().only("pk").first()
    problem = EditionProblem.objects.filter(edition=edition).first() if edition else None
    return in_words(problem) if problem else ""


def in_words(problem: EditionProblem) -> str:
    """Return a problem as sentences."""
    if problem.reason == EditionProblem.Reason.GLYPHS:
        shown = " ".join(f"{sign} (U+{ord(sign):04X})" for sign in problem.detail[:10])
        return _(
            "The page is published, but its PDF could not be made: the fonts of the PDF lack these characters: %(characters)s. "
            "Write them in Latin letters, or take them out, and publish again."
        ) % {"characters": shown}
    return _(
        "The page is published, but its PDF could not be made. Please tell whoever looks after the site; the typesetter says: %(detail)s"
    ) % {"detail": problem.detail[:300]}
