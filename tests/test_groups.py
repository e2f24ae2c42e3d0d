"""Tests of a group run in one process: those of the browser share one demo site and one Chromium."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("tests of groups")
def test_a_group_is_heeded(request: pytest.FixtureRequest) -> None:
    """Once pytest and xdist did not go together, groups were ignored without a word, and the demo was seeded by each process."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("the tests run in one process")
    assert request.node.nodeid.endswith("@tests of groups")
