"""The site that every test starts from comes back whole after a test has emptied the tables."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from tests.bare_site import make_bare_site


@pytest.mark.django_db
def test_rights_that_only_a_migration_makes_come_back() -> None:
    of_localize = Permission.objects.filter(codename="submit_translation")
    assert of_localize.delete()[0]
    make_bare_site()
    assert of_localize.exists()
