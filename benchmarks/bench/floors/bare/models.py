"""A page with a title and a text."""

from wagtail.fields import RichTextField
from wagtail.models import Page


class BarePage(Page):
    """The least that is a page."""

    body = RichTextField(blank=True)

    template = "bare/bare_page.html"
