import os
import subprocess
import sys
from pathlib import Path

import pytest
from control.crew import is_alive

from ingress.control.listening import ListenError, address_of, listen
from ingress.control.premises import premises
from ingress.settings import ListenAddress, Settings

ANY = (ListenAddress("127.0.0.1", 0),)
SETTINGS = Settings(http=ANY, https=ANY, admin=ANY, workers=2)


def pids_of(launched: object) -> list[int]:
    return [one.popen.pid for one in launched]  # type: ignore[attr-defined]


def test_each_place_has_its_sockets_and_a_process() -> None:
    with premises(SETTINGS) as ours:
        http, https, admin = ours.sockets
        assert (len(http), len(https), len(admin)) == (2, 2, 1)
        pids = pids_of(ours.launched)
        assert len(pids) == 2
        assert all(map(is_alive, pids))
        descriptor = http[1][0].fileno()
        inherited = Path(f"/proc/{pids[1]}/fd/{descriptor}").readlink()
        assert inherited == Path(f"/proc/self/fd/{descriptor}").readlink()
    assert not any(map(is_alive, pids))
    assert {one.fileno() for one in (*http[0], *https[1], *admin)} == {-1}
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(ours.turnstile)


def test_where_an_address_is_taken_nothing_is_started() -> None:
    (taken,) = listen(ANY, flag="--http")
    settings = Settings(http=ANY, https=(address_of(taken),), admin=ANY)
    with pytest.raises(ListenError, match="--https"), premises(settings):
        pytest.fail("there are none")
    taken.close()


def test_a_worker_that_cannot_be_started_is_left_to_whoever_keeps_its_place() -> None:
    program = (
        "import sys; from ingress.control import premises as it;"
        "from ingress.settings import ListenAddress, Settings;"
        "sys.executable = '/nowhere/python';"
        "any = (ListenAddress('127.0.0.1', 0),);"
        "settings = Settings(http=any, https=any, admin=any)\n"
        "with it.premises(settings) as ours: print(ours.launched)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[None]\n"
