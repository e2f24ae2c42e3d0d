"""What somebody may do with the translations of a page. wagtail-localize asks for one right of the whole site; here the page is asked.

To hand a page to translators makes pages in the tree of another language, so the right is one in that tree: to add a page where
it will stand, or to edit the one that stands there already.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import get_object_or_404
from wagtail.models import Locale, Page
from wagtail.snippets.permissions import user_can_edit_snippet_type
from wagtail_localize.models import Translation, TranslationSource

SUBMIT = "wagtail_localize.submit_translation"


def may_translate_from(user: Any, page: Page) -> bool:
    """Whether somebody may take the text of a page: what readers see anyway, or what they may edit."""
    return bool(user.has_perm(SUBMIT) and (page.live or page.permissions_for_user(user).can_edit()))


def has_own_text(page: Page, locale: Locale) -> bool:
    """Whether a page has a text of its own in a language, which no translation may write over."""
    target = page.get_translation_or_none(locale)
    return target is not None and target.alias_of_id is None


def may_translate_into(user: Any, page: Page, locale: Locale) -> bool:
    """Whether somebody may make the translation of a page in a language.

    What is an alias there becomes a page of its own; where it is live its readers see that at once, so it takes the right to
    publish. Parents that a language lacks are made with it, as aliases that are as live as their sources: the same.
    """
    target = page.get_translation_or_none(locale)
    if target is not None:
        may = target.specific.permissions_for_user(user)
        return bool(may.can_edit() and not may.page_locked() and (not target.live or may.can_unpublish()))
    parent = page.get_parent()
    missing = False
    while not parent.is_root():
        place = parent.get_translation_or_none(locale)
        if place is not None:
            break
        missing, parent = True, parent.get_parent()
    else:
        place = parent
    may = place.specific.permissions_for_user(user)
    return bool(may.can_publish_subpage() if missing else may.can_add_subpage())


def may_write(user: Any, target: Any) -> bool:
    """Whether somebody may change a translation now: a lock holds here, too."""
    if not isinstance(target, Page):
        return bool(user_can_edit_snippet_type(user, type(target)))
    may = target.permissions_for_user(user)
    return bool(may.can_edit() and not may.page_locked())


def may_publish(user: Any, target: Any) -> bool:
    """Whether somebody may publish a translation: of what is no page, whoever may change it."""
    if not isinstance(target, Page):
        return may_write(user, target)
    return bool(may_write(user, target) and target.permissions_for_user(user).can_publish())


def target_of(translation_id: Any) -> Any:
    """Return what a translation is made into.

    Raises:
        Http404: there is no such translation, or its page is gone.
    """
    return _there(get_object_or_404(Translation, pk=translation_id).get_target_instance)


def source_of(source_id: Any) -> Any:
    """Return what a source was made from; Http404 where it is gone."""
    return _there(get_object_or_404(TranslationSource, pk=source_id).get_source_instance)


def targets_of(source_id: Any) -> list[Any]:
    """Return the translations of a source that are kept up with it, as far as they are there."""
    found = []
    for translation in Translation.objects.filter(source=source_id, enabled=True).select_related("source", "target_locale"):
        try:
            found.append(translation.get_target_instance())
        except ObjectDoesNotExist:
            continue
    return found


def _there(read: Any) -> Any:
    try:
        return read()
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
