"""What the tests of the record start from, for certificates."""

from tests.learning.conftest import attempt, course, enrolment, learner, page

__all__ = ["attempt", "course", "enrolment", "learner", "page"]
