"""What editors publish: works, their language editions as pages, the people behind them, and what was published when."""

from knowledge.models.derived import ChartDrawing, EditionProblem
from knowledge.models.facts import Contribution, PublicationCountry, PublicationTopic
from knowledge.models.library import LibraryPage, SeriesPage
from knowledge.models.people import Contributor
from knowledge.models.publications import PublicationPage
from knowledge.models.works import Edition, EditionFile, Work

__all__ = [
    "ChartDrawing",
    "Contribution",
    "Contributor",
    "Edition",
    "EditionFile",
    "EditionProblem",
    "LibraryPage",
    "PublicationCountry",
    "PublicationPage",
    "PublicationTopic",
    "SeriesPage",
    "Work",
]
