import socket

import pytest

from ingress.cli.configuration import configure
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.serving import serve


def test_an_address_that_is_taken_is_a_mistake_with_a_mend(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        flags = {
            "filename": [str(tmp_path)],
            "http": [f"127.0.0.1:{taken.getsockname()[1]}"],
            "https": ["127.0.0.1:0"],
            "admin": ["127.0.0.1:0"],
        }
        with pytest.raises(Mistake, match="--http") as caught:
            serve(configure(flags, {}))
    assert caught.value.code == ExitCode.FOUND
    assert "free" in caught.value.mend


def test_a_folder_that_cannot_hold_the_state_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    flags = {"filename": [str(tmp_path)], "state_dir": str(tmp_path / "file")}
    with pytest.raises(OSError, match="file"):
        serve(configure(flags, {}))
