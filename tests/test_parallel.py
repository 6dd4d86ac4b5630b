"""A run on several cores: what shares a part of the machine stays with one worker."""

import os

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_is_given_to_one_worker(request: pytest.FixtureRequest) -> None:
    # The scheduler knows a group by the end of the test's name; without it the tests are spread, and nothing says so.
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@together")
