"""What holds for every run of the tests."""

import os

import pytest
from _pytest.terminal import TerminalReporter

pytest_plugins = ["tests.live", "tests.alveole.places"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about PostgreSQL alone, where there is none: `.ci/run` runs it."""
    if os.environ.get("ALVEOLE_DATABASE_URL"):
        return
    left_out = [item for item in items if item.get_closest_marker("server")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that is skipped proves nothing: it counts as a failure, whatever the reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(reporter, TerminalReporter) and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
