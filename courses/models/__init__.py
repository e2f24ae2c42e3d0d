"""Models of teaching: pages, and the structures to which a learner's record is pinned."""

from courses.models.pages import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage, StepPage
from courses.models.structure import (
    CourseRun,
    Outline,
    OutlineMove,
    SlotCounter,
    StepSlot,
    StepWaiver,
    document_of,
    documents_of,
)

__all__ = [
    "AssessmentPage",
    "CataloguePage",
    "CoursePage",
    "CourseRun",
    "LessonPage",
    "ModulePage",
    "Outline",
    "OutlineMove",
    "SlotCounter",
    "StepPage",
    "StepSlot",
    "StepWaiver",
    "document_of",
    "documents_of",
]
