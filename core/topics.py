"""The five fields of the founding agreement (May 2020) and the foundations that all of them share. Pure.

Fixed in code, not edited: each has a colour in tokens.css, a family of covers and a translated name.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """A field of work; the value is also the name of its colour in CSS (`--topic-finance`)."""

    FOUNDATIONS = "foundations", _("Foundations")
    FINANCE = "finance", _("Financial inclusion")
    SKILLS = "skills", _("Jobs and skills")
    HEALTH = "health", _("Health")
    PROTECTION = "protection", _("Social protection")
    COHESION = "cohesion", _("Social inclusion and cohesion")
