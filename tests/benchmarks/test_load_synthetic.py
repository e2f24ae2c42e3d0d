"""Synthetic learners: the same for the same seed, true to the laws of the record, and gone without a trace."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from benchmarks.synthetic.command import Command
from benchmarks.synthetic.courses import find_courses, make_course
from benchmarks.synthetic.load import load_synthetic
from benchmarks.synthetic.people import DOMAIN, draw_people
from benchmarks.synthetic.remove import remove_synthetic
from courses.models import CoursePage, StepSlot
from credentials.models import Credential, CredentialFile, CredentialHolder
from credentials.services.award_credential import is_earned
from foundation.progress_bar import ProgressBar
from learning import policies
from learning.bitset import slots
from learning.models import Attempt, Enrolment, Progressed, StepStat
from learning.services.aggregate_progress import aggregate_progress
from tests import factories

pytestmark = pytest.mark.django_db
LEARNERS = 120


def command(*arguments: str) -> str:
    out = StringIO()
    call_command(Command(), *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def loaded() -> list[CoursePage]:
    courses = [factories.make_course(lessons=3, assessments=1), factories.make_course(lessons=2, assessments=1)]
    load_synthetic(plans=find_courses([str(course.key) for course in courses]), learners=LEARNERS, seed=7)
    return courses


def counted() -> Counter[tuple[int, int]]:
    return Counter({(run, slot): n for run, slot, n in StepStat.objects.values_list("run_id", "slot", "completions") if n})


def in_the_record() -> Counter[tuple[int, int]]:
    return Counter((run, slot) for run, bits in Enrolment.objects.values_list("run_id", "done_bits") for slot in slots(bits))


def test_the_same_seed_draws_the_same_people_and_another_draws_others() -> None:
    plans = [make_course(12), make_course(30)]
    first = list(draw_people(plans, 50, 3))
    assert first == list(draw_people(plans, 50, 3))
    assert first == list(draw_people(plans, 80, 3))[:50]
    assert first != list(draw_people(plans, 50, 4))


@pytest.mark.database
def test_what_is_loaded_keeps_the_laws_of_the_record(loaded: list[CoursePage]) -> None:
    assert Enrolment.objects.count() == 2 * LEARNERS
    enrolments = Enrolment.objects.select_related("outline")
    assert {bool(e.completed_at) for e in enrolments} == {True, False}
    assert {e.state for e in enrolments} == {"active", "withdrawn"}
    passed = set(Attempt.objects.filter(passed=True).values_list("enrolment_id", "step_key"))
    for enrolment in enrolments:
        document = enrolment.outline.document
        assert policies.is_covered(enrolment.done_bits, policies.required_mask(document, ())) is (enrolment.completed_at is not None)
        assert enrolment.done_bits & ~document.full_mask == 0
        graded = {step.key for step in document.steps if step.rule and enrolment.done_bits >> step.slot & 1}
        assert graded == {key for number, key in passed if number == enrolment.pk}
    assert Attempt.objects.filter(submitted_at=None).exists()
    for credential in Credential.objects.select_related("enrolment"):
        assert credential.enrolment is not None
        assert is_earned(credential.enrolment)
        assert credential.holder.learner_id == credential.enrolment.learner_id
    assert Credential.objects.exists()
    assert counted() == in_the_record()
    assert not Progressed.objects.exists()


@pytest.mark.database
def test_nobody_can_sign_in_or_be_written_to_as_a_synthetic_learner(loaded: list[CoursePage]) -> None:
    for user in User.objects.all():
        assert user.email.endswith(f"@{DOMAIN}")
        assert not user.has_usable_password()


@pytest.mark.database
def test_the_next_person_gets_a_number_of_their_own(loaded: list[CoursePage]) -> None:
    person = factories.make_user()
    assert factories.enrol_in(loaded[0], person).pk
    assert User.objects.filter(pk=person.pk).count() == 1


@pytest.mark.database
def test_a_synthetic_learner_goes_on_learning_as_anyone(loaded: list[CoursePage]) -> None:
    enrolment = Enrolment.objects.filter(course_key=loaded[0].key, completed_at=None, state="active").order_by("pk")[0]
    client = Client()
    client.force_login(enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/es/learning/{loaded[0].key}/").status_code == 200
    finished = Credential.objects.filter(revoked_at=None)[0]
    assert client.get(f"/credentials/{finished.pk}/").status_code == 200
    done = Attempt.objects.filter(passed=True)[0]
    client.force_login(done.enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
    steps = f"/es/learning/{done.enrolment.course_key}/steps/{done.step_key}/"
    assert client.get(steps).status_code == 200
    assert client.get(f"{steps}attempts/{done.pk}/").status_code == 200


@pytest.mark.database
def test_removing_takes_out_exactly_these_people(loaded: list[CoursePage]) -> None:
    stays = factories.finish_course(loaded[0])
    aggregate_progress()
    busy = User.objects.filter(email__endswith=DOMAIN).order_by("pk")[3]
    Client().force_login(busy, backend="django.contrib.auth.backends.ModelBackend")
    busy.emailaddress_set.create(email=busy.email)
    held = CredentialHolder.objects.filter(learner__email__endswith=DOMAIN)[0]
    path = default_storage.save("credentials/synthetic.pdf", ContentFile(b"%PDF"))
    CredentialFile.objects.create(credential=held.credential, language="es", sha256="0" * 64, path=path)
    slots_before = StepSlot.objects.count()
    removed = remove_synthetic()
    assert removed == LEARNERS
    assert list(User.objects.all()) == [stays.learner]
    assert list(Enrolment.objects.all()) == [stays]
    assert [credential.enrolment_id for credential in Credential.objects.all()] == [stays.pk]
    assert [holder.learner_id for holder in CredentialHolder.objects.all()] == [stays.learner_id]
    assert {attempt.enrolment_id for attempt in Attempt.objects.all()} == {stays.pk}
    assert not CredentialFile.objects.exists()
    assert counted() == in_the_record()
    assert StepSlot.objects.count() == slots_before
    assert remove_synthetic() == 0


@pytest.mark.database
def test_a_certificate_earned_for_real_since_then_stays_without_a_name(loaded: list[CoursePage]) -> None:
    learner = Enrolment.objects.filter(learner__email__endswith=DOMAIN)[0].learner
    learner.printed_name = "Ana"
    learner.save()
    factories.finish_course(third := factories.make_course(lessons=1, assessments=0), learner)
    remove_synthetic()
    kept = Credential.objects.get()
    assert kept.subject_key.startswith(str(third.key))
    assert kept.enrolment is None
    assert not CredentialHolder.objects.exists()
    aggregate_progress()
    assert counted() == in_the_record() == Counter()


@pytest.mark.database
def test_a_course_made_for_it_is_one_of_real_pages() -> None:
    out = command("--learners", "4", "--steps", "6")
    course = CoursePage.objects.get(slug="synthetic-6")
    assert Client().get(course.get_url()).status_code == 200
    assert len(find_courses(["synthetic-6"])[0].steps) == 6
    assert "each has one enrolment" in out
    assert Enrolment.objects.count() == 4
    command("--learners", "2", "--steps", "6", "--seed", "2")
    assert CoursePage.objects.filter(slug="synthetic-6").count() == 1


@pytest.mark.database
def test_without_a_name_it_takes_every_published_course(loaded: list[CoursePage]) -> None:
    loaded[1].unpublish()
    factories.make_course(lessons=1, publish=False)
    assert [plan.course_key for plan in find_courses([])] == [loaded[0].key]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--learners", "0"], "0 is not between 1 and"),
        (["--learners", "-5"], "-5 is not between 1 and"),
        (["--learners", "many"], "'many' is not a whole number"),
        (["--learners", "3", "--steps", "0"], "0 is not between 1 and"),
        (["--learners", "3", "--course", "nowhere"], "There is no course 'nowhere'"),
        (["--learners", "3", "--course", "b6a1b2de-0000-4000-8000-000000000000"], "There is no course 'b6a1b2de"),
        (["--learners", "3"], "no published course with a structure"),
        (["--learners", "3", "--remove"], "not allowed with argument"),
        ([], "one of the arguments --learners --remove is required"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command(*arguments)
    assert not User.objects.exists()


def test_a_course_without_a_structure_is_refused_by_name() -> None:
    course = factories.make_course(lessons=1, publish=False)
    with pytest.raises(CommandError, match="no published structure"):
        command("--learners", "3", "--course", course.slug)


@pytest.mark.database
def test_a_seed_serves_once(loaded: list[CoursePage]) -> None:
    with pytest.raises(CommandError, match="seed 7 are here already"):
        command("--learners", "3", "--seed", "7")
    assert User.objects.count() == LEARNERS


@pytest.mark.parametrize("arguments", [["--learners", "3"], ["--remove"]])
def test_a_production_site_is_refused_unless_one_insists(arguments: list[str], settings: Any, loaded: list[CoursePage]) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production site"):
        command(*arguments)
    assert User.objects.count() == LEARNERS
    command(*arguments, "--yes-really")
    assert User.objects.count() in {LEARNERS + 3, 0}


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_plain_lines_elsewhere() -> None:
    bar, plain = Terminal(), StringIO()
    for stream in (bar, plain):
        progress = ProgressBar(10, "learners", stream)
        for _step in range(10):
            progress.step(1)
    assert bar.getvalue().endswith("\n")
    assert bar.getvalue().count("\n") == 1
    assert "[" + "#" * 30 + "]" in bar.getvalue()
    assert "\r" not in plain.getvalue()
    assert plain.getvalue().splitlines()[-1].startswith("100%  10 of 10 learners")


@pytest.mark.database
@pytest.mark.postgres
def test_names_with_tabs_and_backslashes_survive_copy() -> None:
    from benchmarks.synthetic.rows import Table

    names = ["tab\there", "back\\slash", "new\nline", "\\N", "ñ"]
    rows = [{"email": f"x{i}@{DOMAIN}", "password": "!", "printed_name": name, "language": "es"} for i, name in enumerate(names)]
    keys = Table(User).insert(rows, numbered=True)
    assert [User.objects.get(pk=key).printed_name for key in keys] == names
    assert connection.vendor == "postgresql"
