"""What editors publish: works, their language editions as pages, the people behind them, and what was published when."""

from knowledge.models.pages import (
    Contribution,
    LibraryPage,
    PublicationCountry,
    PublicationPage,
    PublicationTopic,
    SeriesPage,
)
from knowledge.models.people import Contributor
from knowledge.models.works import Edition, EditionFile, Work

__all__ = [
    "Contribution",
    "Contributor",
    "Edition",
    "EditionFile",
    "LibraryPage",
    "PublicationCountry",
    "PublicationPage",
    "PublicationTopic",
    "SeriesPage",
    "Work",
]
