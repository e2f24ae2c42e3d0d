"""Make the PDF of an edition once, and store it under the hash of its content.

Made outside of any transaction: on SQLite a writer holds everybody else up. The file goes first and its row after it. Run twice, or
twice at once, it ends in the same file and one row; killed in between, it leaves at most a file that no row names, and the next run
makes the very same one again.
"""

from __future__ import annotations

import hashlib
import logging
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.generation import content_changed
from knowledge import chart_svg, charts, outputs
from knowledge.data import DataMalformed
from knowledge.edition import stored
from knowledge.edition.facts import edition_facts, read_facts
from knowledge.edition.pictures import pictures_of
from knowledge.edition.typesetting import NEWEST_TEMPLATE, GlyphsMissing, TypesettingFailed
from knowledge.edition.typesetting import typeset_edition as typeset
from knowledge.edition.values import EditionValues
from knowledge.models import Edition, EditionFile, EditionProblem, PublicationPage
from knowledge.services.draw_charts import drawings

logger = logging.getLogger(__name__)


def make_edition_pdf(*, edition_id: UUID) -> EditionFile | None:
    """Return the file of an edition, made now or before; None when it cannot be made, for a reason that is kept.

    Raises:
        Edition.DoesNotExist: there is no such edition.
        VersionUnknown: this release cannot read its facts, or does not have its template.
    """
    edition = Edition.objects.get(pk=edition_id)
    kept = EditionFile.objects.filter(edition=edition, kind=outputs.PDF.name).first()
    if kept is not None and is_whole(kept):
        return kept
    version = kept.template_version if kept else NEWEST_TEMPLATE
    try:
        body = typeset(edition_values(edition, version))
    except GlyphsMissing as failure:
        _keep_problem(edition, EditionProblem.Reason.GLYPHS, failure.characters[:200])
        return None
    except TypesettingFailed as failure:
        logger.exception("The PDF of edition %s could not be typeset.", edition.pk)
        _keep_problem(edition, EditionProblem.Reason.TYPESETTING, str(failure))
        return None
    return _keep(edition, body, version)


def edition_values(edition: Edition, template_version: int = NEWEST_TEMPLATE) -> EditionValues:
    """Return what the PDF of an edition is made from: its own row, and the images and drawings that its content names."""
    return EditionValues(
        content=edition.content,
        facts=read_facts(edition.facts) or _facts_of_today(edition),
        language=edition.language,
        number=edition.number,
        published_at=timezone.localtime(edition.published_at, timezone.get_default_timezone()),
        template_version=template_version,
        pictures=pictures_of(edition.content),
        drawings=_drawings(edition),
    )


def _facts_of_today(edition: Edition) -> dict[str, object]:
    """Return the facts for an edition recorded before they were kept; without its page, only who publishes here."""
    page = PublicationPage.objects.filter(translation_key=edition.work_id, locale__language_code=edition.language).first()
    return edition_facts(page, edition.content) if page else {"publisher": settings.WAGTAIL_SITE_NAME, "site": settings.SITE_URL}


def _drawings(edition: Edition) -> dict[str, str]:
    wanted = []
    for block in stored.blocks(edition.content, "body"):
        if block.type == "chart":
            try:
                wanted.append(charts.chart_of(stored.word(block.value, "kind"), stored.word(block.value, "data"), edition.language))
            except DataMalformed:
                continue
    return {digest: chart_svg.on_paper(drawing.wide) for digest, drawing in drawings(wanted).items()}


def is_whole(kept: EditionFile) -> bool:
    """Whether the stored file is there, and is what was stored."""
    if not default_storage.exists(kept.path):
        return False
    with default_storage.open(kept.path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == kept.sha256


def _keep(edition: Edition, body: bytes, version: int) -> EditionFile:
    """Store the file under the name of its content, then name it in the row. The page shows its link from then on."""
    sha256 = hashlib.sha256(body).hexdigest()
    path = f"editions/{sha256}.pdf"
    if default_storage.exists(path):
        # Left by a failure, or damaged: storages never overwrite, they would take another name.
        default_storage.delete(path)
    path = default_storage.save(path, ContentFile(body))
    fields = {"sha256": sha256, "path": path, "size": len(body), "template_version": version, "made_at": timezone.now()}
    with transaction.atomic():
        kept, _made = EditionFile.objects.update_or_create(edition=edition, kind=outputs.PDF.name, defaults=fields)
        EditionProblem.objects.filter(edition=edition).delete()
        content_changed()
    return kept


def _keep_problem(edition: Edition, reason: str, detail: str) -> None:
    """Keep why there is no PDF, for the editors: the page stays without one."""
    fields = {"reason": reason, "detail": detail, "release": settings.RELEASE, "found_at": timezone.now()}
    EditionProblem.objects.update_or_create(edition=edition, defaults=fields)
