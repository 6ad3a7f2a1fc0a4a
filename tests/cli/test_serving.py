import socket
import subprocess
import sys

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


def test_of_what_writes_to_a_cluster_nothing_is_there_in_file_mode():
    program = (
        "import sys, ingress.cli.serving, ingress.cli.manifested, ingress.control.supervisor;"
        "print([it for it in sys.modules if it.startswith('ingress.control.cluster')])"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
