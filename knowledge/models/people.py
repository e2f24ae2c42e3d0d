"""Contributors: people and organisations, written once and used by every work."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel

from knowledge import orcid


class Contributor(models.Model):
    """A person or an organisation. Not an account: whoever wrote need not be able to sign in."""

    class Kind(models.TextChoices):
        """What sort of contributor it is."""

        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(
        _("name"), max_length=200, help_text=_("As it stands on the work: “María Pérez Gómez”, “Puente editorial team”.")
    )
    family_name = models.CharField(
        _("family name"), max_length=100, blank=True, help_text=_("Only for people: what the name is sorted by, as in “Pérez Gómez”.")
    )
    orcid = models.CharField("ORCID iD", max_length=60, blank=True, help_text=_("Only for people, as in 0000-0002-1825-0097."))
    website = models.URLField(_("website"), blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, blank=True, help_text=_("Left empty, it is made from the name."))

    panels = [
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("name"), FieldPanel("family_name")], _("Name")),
        FieldRowPanel([FieldPanel("orcid"), FieldPanel("website")]),
        FieldPanel("slug"),
        HelpPanel(_("The name appears on every work. Changing it here changes it everywhere, except in files already made.")),
    ]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        self.name, self.family_name = _one_spelling(self.name), _one_spelling(self.family_name)
        if not self.name:
            errors["name"] = models.Field.default_error_messages["blank"]
        if self.kind == self.Kind.PERSON and self.family_name and not self._words_before_family():
            errors["family_name"] = _("The family name is not part of the name.")
        if self.kind == self.Kind.ORGANISATION and (self.orcid or self.family_name):
            errors["kind"] = _("An organisation has neither a family name nor an ORCID iD.")
        if self.orcid:
            try:
                self.orcid = orcid.normalised(self.orcid)
            except orcid.OrcidMalformed:
                errors["orcid"] = _("This is no ORCID iD: its last character does not match the others. Look it up at orcid.org.")
        if errors:
            raise ValidationError(errors)
        self.slug = self.slug or self._free_slug()

    def _free_slug(self) -> str:
        """Return an address from the name that no other contributor has."""
        base = slugify(self.name)[:70] or "contributor"
        taken = set(Contributor.objects.filter(slug__startswith=base).exclude(pk=self.pk).values_list("slug", flat=True))
        return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)

    @property
    def is_person(self) -> bool:
        """Whether it is a person and not an organisation."""
        return self.kind == self.Kind.PERSON

    def _words_before_family(self) -> list[list[str]]:
        """Return the other words of the name, once for each place where the family name stands in it as whole words."""
        words, family = self.name.split(), self.family_name.split()
        places = range(len(words) - len(family) + 1)
        return [words[:at] + words[at + len(family) :] for at in places if words[at : at + len(family)] == family]

    @property
    def name_parts(self) -> tuple[str, str]:
        """Family and given names of a person; an organisation has its name only. Without a family name the last word is it."""
        if not self.is_person:
            return self.name, ""
        if not self.family_name:
            given, _space, family = self.name.rpartition(" ")
            return family, given
        others = self._words_before_family()
        return self.family_name, " ".join(others[-1]) if others else ""

    @property
    def inverted_name(self) -> str:
        """The name as lists and citations sort it: "Pérez Gómez, María"; an organisation's stays as it is."""
        family, given = self.name_parts
        return f"{family}, {given}" if given else family


def _one_spelling(text: str) -> str:
    """Return a name with single spaces and composed accents: what two keyboards write alike is the same name."""
    return unicodedata.normalize("NFC", " ".join(text.split()))
