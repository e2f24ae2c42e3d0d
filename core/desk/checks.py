"""The checks panel: what a reader would stumble over, beyond what Wagtail looks for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.userbar import ContentCheckerItem

# Link texts that say nothing of where they lead, in the four languages of the site. Whole texts, in small letters.
VAGUE = (
    *(
        "aquí",
        "aqui",
        "haz clic aquí",
        "haga clic aquí",
        "clic aquí",
        "leer más",
        "ver más",
        "más",
        "más información",
        "este enlace",
        "enlace",
    ),
    *("clique aqui", "leia mais", "saiba mais", "ver mais", "mais", "este link", "link"),
    *("ici", "cliquez ici", "lire la suite", "en savoir plus", "plus", "ce lien", "lien"),
    *("here", "click here", "read more", "see more", "more", "this link", "learn more"),
)


def _either_case() -> list[str]:
    """Return the texts as they stand at the beginning of a sentence, too: the pattern has no way to say that case is all one."""
    return [form for text in VAGUE for form in (text, text[0].upper() + text[1:])]


class PuenteChecker(ContentCheckerItem):
    """Wagtail's checks, and: images without a description, and links whose text says nothing."""

    axe_run_only = [*ContentCheckerItem.axe_run_only, "image-alt", "vague-link-text"]
    axe_custom_rules = [
        *ContentCheckerItem.axe_custom_rules,
        {
            "id": "vague-link-text",
            "impact": "moderate",
            "selector": "main a[href]",
            "tags": ["best-practice"],
            "none": ["vague-link"],
            "enabled": True,
        },
    ]
    axe_custom_checks = [
        *ContentCheckerItem.axe_custom_checks,
        {
            "id": "vague-link",
            "evaluate": "matches-definition-evaluate",
            "options": {"matcher": {"accessibleName": f"/^\\s*(?:{'|'.join(_either_case())})[.…»>→\\s]*$/"}},
        },
    ]
    axe_messages = {
        **ContentCheckerItem.axe_messages,
        "image-alt": {"error_name": _("An image has no description"), "help_text": _("Say what it shows, for those who can’t see it")},
        "vague-link-text": {"error_name": _("A link says nothing of where it leads"), "help_text": _("Name the page it leads to")},
    }


def use_ours(request: Any, items: list[Any], page: Any) -> None:
    """Put our checks in the place of Wagtail's."""
    for place, item in enumerate(items):
        if isinstance(item, ContentCheckerItem) and not isinstance(item, PuenteChecker):
            items[place] = PuenteChecker(in_editor=item.in_editor)
