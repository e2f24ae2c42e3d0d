"""Puts into a running demo what its own content does not have: a work with every block, and certificates that are over.

Run as a program in the demo's environment (`DemoSite.run`); says as JSON where everything is.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
import uuid
from typing import Any

import django

SERIES = "Año\tA\tB\n2019\t1,5\t-2\n2020\t2,5\t\n2021\t3\t4"


def main() -> None:
    """Furnish the demo."""
    django.setup()
    from PIL import Image

    from accounts.demo import ADMINISTRATOR, GRADUATE, account
    from courses import demo as courses_demo
    from credentials.models import Credential
    from credentials.services.replace_credential import replace_credential
    from credentials.services.revoke_credential import revoke_credential
    from knowledge.models import LibraryPage

    picture = io.BytesIO()
    Image.new("RGB", (1000, 600), "#0e5563").save(picture, "PNG")
    for language in ("es", "en"):
        _publish(LibraryPage.objects.get(locale__language_code=language), picture.getvalue())
    admin = account(ADMINISTRATOR)
    over = [_certificate_of(name, courses_demo.FIRST_ACCOUNT) for name in ("Ana Revocada", "Ana Cambiada")]
    revoke_credential(actor=admin, credential_id=over[0].pk, reason="Made by a test of the pages.")
    replacing = replace_credential(
        actor=admin, credential_id=over[1].pk, printed_name="Ana Renovada", reason="Made by a test of the pages."
    )
    valid = Credential.objects.get(holder__learner=account(GRADUATE))
    found = {"valid": valid.pk, "revoked": over[0].pk, "replaced": over[1].pk, "replacing": replacing.pk}
    sys.stdout.write(json.dumps({name: f"/credentials/{key}/" for name, key in found.items()}))


def _certificate_of(name: str, course: str) -> Any:
    from accounts.models import User
    from credentials.models import Credential
    from learning import demo as learning_demo

    learner = User.objects.create_user(f"{name.split()[1].lower()}@example.org", printed_name=name)
    learning_demo.take_lessons(learner, course, None)
    return Credential.objects.get(holder__learner=learner)


def _publish(library: Any, picture: bytes) -> None:
    from django.core.files.base import ContentFile

    from core.models import SiteImage
    from knowledge.models import Contribution, Contributor, PublicationCountry, PublicationPage, PublicationTopic
    from tests.knowledge.bodies import chart, footnotes, table, text

    image = SiteImage.objects.create(title="A plain field", credit="Puente", file=ContentFile(picture, "field.png"), width=1000, height=600)
    shown = {"image": image.pk, "decorative": False, "alt_text": 'A "plain" field > nothing'}
    blocks = [
        text("<p>One.[^1] Two <a href='#source-1'>[1]</a> &amp; three.</p><ul><li>Four</li></ul>"),
        {"type": "heading", "value": "Part one"},
        *({"type": "callout", "value": {"tone": tone, "title": "So", "text": "<p>It is.</p>"}} for tone in ("idea", "caution", "example")),
        {"type": "box", "value": {"title": "How", "text": "<p>By telephone.</p>"}},
        {"type": "heading", "value": "Part two"},
        {"type": "quotation", "value": {"text": "Nobody lives\nin a single field.", "attribution": "Puente"}},
        *(chart(SERIES, kind=kind) | {"id": str(uuid.uuid4())} for kind in ("bar", "column", "line")),
        table("Qué\tCuánto\n<b>&\t[1]\nb\t"),
        {"type": "heading", "value": "Part two"},
        {"type": "figure", "value": {"image": shown, "caption": "A field", "source": "Puente", "source_url": "https://example.org/"}},
        {"type": "image", "value": {"image": shown | {"decorative": True, "alt_text": ""}}},
        footnotes(("1", "<p>Counted <i>at the end</i> of the year.</p>")),
        {"type": "sources", "value": [{"title": "A", "publisher": "B", "year": "2020", "url": "https://example.org/?a=1&b=2", "read": ""}]},
    ]
    person, _made = Contributor.objects.get_or_create(
        slug="ana-nunez",
        defaults={"name": "Ana Núñez", "family_name": "Núñez", "orcid": "0000-0002-1825-0097", "website": "https://example.org/?a=1&b=2"},
    )
    page = PublicationPage(
        title='Everything <at> once & "more"',
        slug="everything",
        abstract='All blocks </script> & "signs".',
        locale=library.locale,
        # Long ago: at the end of every list, so that it is in nobody's way.
        published_on=datetime.date(1999, 12, 31),
        key_messages=json.dumps([{"type": "message", "value": "One <message>."}]),
        body=json.dumps(blocks),
        contributions=[Contribution(contributor=person), Contribution(contributor=person, role=Contribution.Role.EDITOR)],
        countries=[PublicationCountry(country="PE"), PublicationCountry(country="DO")],
        more_topics=[PublicationTopic(topic="health")],
    )
    library.add_child(instance=page)
    page.save_revision().publish()


if __name__ == "__main__":
    main()
