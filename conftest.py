"""What holds for every run of the tests."""

import pytest
from _pytest.terminal import TerminalReporter

pytest_plugins = ["tests.live"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that is skipped proves nothing: it counts as a failure, whatever the reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(reporter, TerminalReporter) and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
