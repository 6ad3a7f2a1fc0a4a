import io
import logging
import re

import pytest

from ingress.runtime.logs import OneLine


@pytest.fixture
def lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(lines: io.StringIO) -> logging.Logger:
    handler = logging.StreamHandler(lines)
    handler.setFormatter(OneLine())
    logger = logging.getLogger("ingress.somewhere")
    logger.handlers = [handler]
    return logger


def test_a_line_has_its_time_level_and_place(log: logging.Logger, lines: io.StringIO) -> None:
    log.warning("port %d", 80)
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{stamp} WARNING ingress\.somewhere: port 80\n", lines.getvalue())


def test_a_traceback_is_one_line(log: logging.Logger, lines: io.StringIO) -> None:
    log.error("our bug", exc_info=RuntimeError("two\nlines"))
    assert lines.getvalue().count("\n") == 1
    assert "our bug | " in lines.getvalue()
    assert lines.getvalue().endswith("RuntimeError: two | lines\n")


def test_what_a_user_wrote_cannot_pass_for_another_event(
    log: logging.Logger, lines: io.StringIO
) -> None:
    log.warning("host %s", "a\n2026-01-01T00:00:00.000Z ERROR root: forged\r\nb")
    assert lines.getvalue().count("\n") == 1
    assert "\r" not in lines.getvalue()


def test_a_worker_says_which_it_is(log: logging.Logger, lines: io.StringIO) -> None:
    log.handlers[0].setFormatter(OneLine("worker 2"))
    log.warning("port %d", 80)
    assert lines.getvalue().endswith(" WARNING worker 2 ingress.somewhere: port 80\n")
