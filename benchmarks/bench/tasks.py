"""The tasks of the benchmark: what each one asks of a site, its floor and its goals."""

from __future__ import annotations

from dataclasses import dataclass, replace

FLOORS = {
    "hello": "hello",
    "signed in": "signed-in hello",
    "upsert": "signed-in hello with one upsert",
    "wagtail page": "bare Wagtail page",
    "wagtail explorer": "bare Wagtail's list of as many pages",
    "healthz": "Puente's own /healthz",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing people do.

    Attributes:
        name: T1 to T14.
        variant: "" or which way of it.
        floor: the key of its floor in FLOORS.
        of_peer: whether the peer is asked, too. What each site is asked is in its `prepare`.
        puente_varies, peer_varies: whether the answer depends on the number of steps; if not, it is measured for the first number only.
        peer_at_most: with more learners than that the peer is not asked: its edit view draws every account of the site as an option.
        has_many_pages: whether it is measured after the site was filled with works and courses (Mode.works, Mode.courses).
        asks: the key of the task whose visits it repeats; "" for visits of its own.
    """

    name: str
    variant: str
    floor: str
    title: str
    of_peer: bool = True
    puente_varies: bool = True
    peer_varies: bool = True
    peer_at_most: int = 2**31
    has_many_pages: bool = False
    asks: str = ""

    @property
    def key(self) -> str:
        """Name and variant, as in the sites' plans."""
        return f"{self.name}/{self.variant}" if self.variant else self.name

    def with_many_pages(self) -> Task:
        """Return the same task, measured again in a site with many works and courses."""
        return replace(
            self,
            variant=f"{self.variant} many".strip(),
            asks=self.key,
            title=f"{self.title}, many pages",
            puente_varies=False,
            has_many_pages=True,
        )


COURSES = (
    Task("T1", "", "wagtail page", "course page, anonymous"),
    Task("T2", "", "signed in", "course page with ticks"),
    Task("T3", "", "signed in", "lesson page, open to all"),
    # The peer's lessons are always for the enrolled only: they are measured once, above.
    Task("T3", "enrolled", "signed in", "lesson page, enrolled people only", of_peer=False),
    Task("T4", "", "upsert", "save the place"),
    Task("T5", "", "upsert", "four values"),
    Task("T6", "", "upsert", "complete the last step"),
    Task("T7", "", "signed in", "read my progress, the page"),
    Task("T7", "state", "signed in", "read my progress, as the script does", of_peer=False),
    Task("T8", "", "signed in", "open an enrolment in the admin", peer_varies=False, peer_at_most=100_000),
    Task("T8", "listing", "signed in", "the admin's list of enrolments", of_peer=False, puente_varies=False),
)
PAGES = (
    Task("T9", "", "healthz", "an address where nothing is", of_peer=False, puente_varies=False),
    Task("T10", "", "healthz", "the catalogue, with a query that it does not know", of_peer=False, puente_varies=False),
    Task("T11", "", "healthz", "the PDF of a publication, 154 kB", of_peer=False, puente_varies=False),
    Task("T11", "part", "healthz", "64 kB of it", of_peer=False, puente_varies=False),
    Task("T12", "", "healthz", "the private page of a step", of_peer=False),
    Task("T13", "", "healthz", "my learning", of_peer=False),
    Task("T14", "", "wagtail explorer", "the admin's list of works", of_peer=False, puente_varies=False),
)
TASKS = (*COURSES, *PAGES, *(task.with_many_pages() for task in PAGES))
