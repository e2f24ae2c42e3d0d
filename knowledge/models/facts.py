"""Facts of a work that are the same in every language: who did what in it, topics, countries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import model_from_serializable_data
from wagtail.models import Orderable

from core import countries
from core.topics import Topic
from knowledge.models.people import Contributor

if TYPE_CHECKING:
    CodeField = models.CharField[str, str]
else:
    CodeField = models.CharField


class Contribution(Orderable):
    """The part of somebody in a work."""

    class Role(models.TextChoices):
        """What the part is (a short list of CRediT's and of publishers' own)."""

        AUTHOR = "author", _("Author")
        EDITOR = "editor", _("Editor")
        REVIEWER = "reviewer", _("Reviewer")
        TRANSLATOR = "translator", _("Translator")
        ILLUSTRATOR = "illustrator", _("Illustrator")
        FUNDER = "funder", _("Funder")

    page = ParentalKey("knowledge.PublicationPage", on_delete=models.CASCADE, related_name="contributions")
    contributor = models.ForeignKey(Contributor, verbose_name=_("contributor"), on_delete=models.PROTECT, related_name="contributions")
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.AUTHOR)

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["page", "contributor", "role"], name="contribution_once_per_role")]

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False) -> Contribution | None:
        """Read a part from a draft; None when whoever had it is gone: drafts are JSON, which no database protects."""
        if check_fks and not Contributor.objects.filter(pk=data["contributor"]).exists():
            return None
        found: Contribution | None = model_from_serializable_data(cls, data, check_fks=check_fks, strict_fks=strict_fks)
        return found


class PublicationTopic(Orderable):
    """Another topic of a publication, beside its first one."""

    page = ParentalKey("knowledge.PublicationPage", on_delete=models.CASCADE, related_name="more_topics")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)

    class Meta(Orderable.Meta):
        indexes = [models.Index(fields=["topic", "page"], name="publicationtopic_topic")]


def country_choices() -> list[tuple[str, str]]:
    """Countries for the editor's form, in the language of the admin."""
    return [("", "—"), *countries.choices(get_language() or settings.LANGUAGE_CODE)]


class CountryField(CodeField):
    """An ISO 3166-1 alpha-2 code. Its choices are not written into migrations: their names are in the reader's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 2
        super().__init__(*args, **kwargs)

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if value not in countries.CODES:
            raise ValidationError(_("There is no country with the code “%(code)s”."), params={"code": value})

    def formfield(self, **kwargs: Any) -> Any:
        return forms.ChoiceField(choices=country_choices, label=kwargs.get("label", self.verbose_name), required=not self.blank)


class PublicationCountry(Orderable):
    """A country of which a publication speaks."""

    page = ParentalKey("knowledge.PublicationPage", on_delete=models.CASCADE, related_name="countries")
    country = CountryField(_("country"))

    class Meta(Orderable.Meta):
        indexes = [models.Index(fields=["country", "page"], name="publicationcountry_country")]
