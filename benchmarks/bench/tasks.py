"""The tasks of the benchmark: what each is, against which floor, and what the goals are. In the words of the issue that asked for it."""

from __future__ import annotations

from dataclasses import dataclass

FLOORS = {"hello": "hello", "signed in": "signed-in hello", "upsert": "signed-in hello with one upsert", "wagtail page": "bare Wagtail page"}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing people do.

    Attributes:
        name: T1 to T8.
        variant: "" or which way of it.
        floor: the key of its floor in FLOORS.
        puente: what Puente is asked.
        peer: what the peer is asked; empty: nothing that is not measured already.
        puente_varies, peer_varies: whether the answer depends on the number of steps; if not, it is measured for the first number only.
        peer_at_most: with more learners than that the peer is not asked: its edit view draws every account of the site as an option.
    """

    name: str
    variant: str
    floor: str
    title: str
    puente: str
    peer: str
    puente_varies: bool = True
    peer_varies: bool = True
    peer_at_most: int = 2**31

    @property
    def key(self) -> str:
        """Name and variant, as in the sites' plans."""
        return f"{self.name}/{self.variant}" if self.variant else self.name


TASKS = (
    Task("T1", "", "wagtail page", "course page, anonymous", "the course page", "its course page"),
    Task("T2", "", "signed in", "course page with ticks", "the course page, and the state document", "its course page, drawn with ticks"),
    Task("T3", "", "signed in", "lesson page, open to all", "a lesson of an open course", "its lesson page (always for the enrolled only)"),
    Task("T3", "enrolled", "signed in", "lesson page, enrolled people only", "a lesson of a course for enrolled people", ""),
    Task("T4", "", "upsert", "save the place", "one event: at this step", "one SetValue: lesson_location"),
    Task("T5", "", "upsert", "four values", "one batch of four steps done", "four calls of SetValue, a value each"),
    Task("T6", "", "upsert", "complete the last step", "one event; completes, and awards the certificate", "SetValue lesson_status; completes (no certificate)"),
    Task("T7", "", "signed in", "read my progress", "my record of the course, with ticks", "its course page, which is where it shows progress"),
    Task("T8", "", "signed in", "open an enrolment in the admin", "the record of an enrolment, as support opens it", "its enrolment's edit view", peer_varies=False, peer_at_most=100_000),
    Task("T8", "listing", "signed in", "the admin's list of enrolments", "the first page of the list", "", puente_varies=False),
)
