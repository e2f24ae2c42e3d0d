"""What every page shares: pages, images and documents, the content generation, and how pages are reviewed."""

from core.models.index import ContentChange, ContentGeneration, SearchEntry
from core.models.media import Rendition, SiteDocument, SiteImage, unguessable
from core.models.pages import RESERVED_SLUGS, BasePage, BasePageForm, Card, HomePage, SearchDocument, StandardPage, known_page
from core.models.review import PublishTask, ReviewedPage, ReviewState, ReviewTask

__all__ = [
    "RESERVED_SLUGS",
    "BasePage",
    "BasePageForm",
    "Card",
    "ContentChange",
    "ContentGeneration",
    "HomePage",
    "PublishTask",
    "Rendition",
    "ReviewState",
    "ReviewTask",
    "ReviewedPage",
    "SearchDocument",
    "SearchEntry",
    "SiteDocument",
    "SiteImage",
    "StandardPage",
    "known_page",
    "unguessable",
]
