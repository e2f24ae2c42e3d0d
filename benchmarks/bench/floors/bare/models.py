"""A page with a title and a text."""

from wagtail.fields import RichTextField
from wagtail.models import Page


class BarePage(Page):
    """A page with as little as a page can have."""

    body = RichTextField(blank=True)

    template = "bare/bare_page.html"
