"""Add synthetic learners with their record, in batches; after each batch the counts equal the bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from benchmarks.synthetic.people import CoursePlan, Person, draw_people, email_of
from benchmarks.synthetic.rows import Row, Table
from credentials.models import Credential, CredentialHolder
from learning.bitset import SlotCounts
from learning.models import Attempt, Enrolment
from learning.services.add_completions import add_completions
from learning.services.count_steps import count_steps

BATCH = 5_000
# One for all: Django's are random, and nobody can sign in with either.
PASSWORD = f"{UNUSABLE_PASSWORD_PREFIX}synthetic"


class SeedTaken(Exception):
    """The people of this seed are in the record already."""


@dataclass(slots=True)
class Loaded:
    """How many rows were made."""

    learners: int = 0
    enrolments: int = 0
    completions: int = 0
    attempts: int = 0
    credentials: int = 0


def load_synthetic(*, plans: Sequence[CoursePlan], learners: int, seed: int, tell: Callable[[int], None] = lambda number: None) -> Loaded:
    """Add people to the record, in bounded memory. What was committed before an interruption stays, and `remove_synthetic` takes it out.

    Args:
        tell: called after each batch with the number of learners in it.

    Raises:
        SeedTaken: see there; nothing was added.
    """
    if User.objects.filter(email=email_of(0, seed)).exists():
        raise SeedTaken
    people, loaded = draw_people(plans, learners, seed), Loaded()
    models: tuple[type[Model], ...] = (User, Enrolment, Attempt, Credential, CredentialHolder)
    tables = {model: Table(model) for model in models}
    while batch := list(islice(people, BATCH)):
        with transaction.atomic():
            _load(batch, tables, loaded)
        tell(len(batch))
    count_steps()
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
    return loaded


def _load(people: list[Person], tables: dict[type[Model], Table], loaded: Loaded) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # What is lost with the power is loaded again; waiting for the disk after each batch helps nobody.
            cursor.execute("SET LOCAL synchronous_commit = off")
    keys = tables[User].insert([{"password": PASSWORD, **person.row} for person in people], numbered=True)
    owned = [(key, person, drawn) for key, person in zip(keys, people, strict=True) for drawn in person.enrolments]
    numbers = tables[Enrolment].insert([{**drawn.row, "learner_id": key} for key, _person, drawn in owned], numbered=True)
    pairs = [(number, drawn) for number, (_key, _person, drawn) in zip(numbers, owned, strict=True)]
    tables[Attempt].insert([{**row, "enrolment_id": number} for number, drawn in pairs for row in drawn.attempts])
    tables[Credential].insert([{**drawn.credential, "enrolment_id": number} for number, drawn in pairs if drawn.credential])
    tables[CredentialHolder].insert([_holder(key, person, drawn.credential) for key, person, drawn in owned if drawn.credential])
    counts = SlotCounts()
    counts.add((drawn.row["run_id"], drawn.row["done_bits"]) for _number, drawn in pairs)
    sums = counts.totals()
    add_completions(sums=sums)
    loaded.learners += len(people)
    loaded.enrolments += len(pairs)
    loaded.completions += sum(sums.values())
    loaded.attempts += sum(len(drawn.attempts) for _number, drawn in pairs)
    loaded.credentials += sum(drawn.credential is not None for _number, drawn in pairs)


def _holder(learner_id: int, person: Person, credential: Row) -> Row:
    printed = {"printed_name": person.row["printed_name"], "show_name": person.row["show_name"]}
    return {"credential_id": credential["id"], "learner_id": learner_id, **printed}
