"""The shapes of requests and answers of the JSON API."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learning.services.record_progress import EventType

MOST_EVENTS = 200
MOST_QUESTIONS = 200
Identifier = Annotated[str, Field(max_length=64)]


# What is read is plain pydantic: ninja's Schema looks each field up as on a model first, which costs more than checking a batch.
class EventIn(BaseModel):
    """One event: `type` is done or resume, `at` the device's clock with its zone."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    type: EventType
    step: UUID
    at: AwareDatetime


class BatchIn(BaseModel):
    """Events of one enrolment."""

    model_config = ConfigDict(extra="forbid")

    course: UUID
    events: list[EventIn] = Field(min_length=1, max_length=MOST_EVENTS)


class Summary(Schema):
    """Progress in numbers and words."""

    done: int
    total: int
    label: str


class ResumeOut(Schema):
    """Where to go on, and what the button says. A page that shows the step with this slot has its address at hand."""

    url: str
    slot: int | None = None
    label: str


Bits = Annotated[str, Field(pattern="^[0-9a-f]+$", description="A set of slots in hexadecimal: bit n is slot n of the course.")]


class EnrolmentOut(Schema):
    """What the script paints. `done` and `counts` (what this learner's outline holds) are sets of slots, which pages carry as data-slot."""

    done: Bits
    counts: Bits
    percent: int
    summary: Summary
    completed: bool
    url: str
    label: str
    finish_url: str
    resume: ResumeOut | None = None


class StateOut(Schema):
    """One reader's record of one course."""

    signed_in: bool
    learner: str = ""
    csrf: str = ""
    enrolment: EnrolmentOut | None = None
    edit_url: str = ""
    edit_label: str = ""


class SummariesOut(Schema):
    """Progress by course key."""

    signed_in: bool
    courses: dict[str, Summary]


class RefusalOut(Schema):
    """An event that was not accepted."""

    id: UUID
    error: str
    message: str


class NewState(Schema):
    """The record after the batch."""

    enrolment: EnrolmentOut


class BatchOut(Schema):
    """What became of a batch, event by event."""

    accepted: list[UUID]
    refused: list[RefusalOut]
    state: NewState


class AnswersIn(Schema):
    """Chosen option ids by question id."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[Identifier, Annotated[list[Identifier], Field(max_length=50)]] = Field(max_length=MOST_QUESTIONS)


class AnswersOut(Schema):
    """How many questions have an answer now."""

    kept: int


class ProblemOut(Schema):
    """Why nothing was done: a code for the script, and a sentence for the reader."""

    error: str
    message: str
