"""What every page shares: pages, images and documents, and the content generation."""

from core.models.bin import BinPage
from core.models.index import ContentChange, ContentGeneration, SearchEntry
from core.models.media import Rendition, SiteDocument, SiteImage, unguessable
from core.models.pages import RESERVED_SLUGS, BasePage, BasePageForm, HomePage, StandardPage, known_page

__all__ = [
    "RESERVED_SLUGS",
    "BasePage",
    "BasePageForm",
    "BinPage",
    "ContentChange",
    "ContentGeneration",
    "HomePage",
    "Rendition",
    "SearchEntry",
    "SiteDocument",
    "SiteImage",
    "StandardPage",
    "known_page",
    "unguessable",
]
