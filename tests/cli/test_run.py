import os
import re
import shutil
import signal
import subprocess
import time
from typing import Self

from cli.commands import DEADLINE, EXAMPLES, INGRESS, ingress

FREE = ("--http", "127.0.0.1:0", "--https", "[::1]:0", "--admin", "127.0.0.1:0")


class Serving:
    """An `ingress run` in a folder, until the block ends; it must then end within 2 seconds."""

    def __init__(self, folder, *args: str, **env: str) -> None:
        self.log = folder / "stderr"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [INGRESS, "run", *FREE, *args],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | env,
            )

    def __enter__(self) -> Self:
        self.wait_for("Ctrl-C ends it.")
        return self

    def __exit__(self, *_: object) -> None:
        begin = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.output, _ = self.process.communicate(timeout=DEADLINE)
        assert time.monotonic() - begin < 2
        assert self.process.returncode == 0, self.said()
        assert "Traceback" not in self.said()

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, words: str) -> None:
        end = time.monotonic() + DEADLINE
        while words not in self.said():
            assert time.monotonic() < end, f"{words!r} is not said: {self.said()}"
            assert self.process.poll() is None, self.said()
            time.sleep(0.02)  # between two looks


def example(tmp_path):
    for args in (("ca",), ("issue", "www.gasbugs.com", "--secret", "default/www-gasbugs-com")):
        done = ingress("certs", *args, cwd=tmp_path)
    shutil.copytree(EXAMPLES / "08-tls", tmp_path / "m")
    shutil.copytree(EXAMPLES / "06-two-hosts", tmp_path / "m" / "two")
    (tmp_path / "m" / "secret.yaml").write_text(done.stdout)
    return tmp_path


def test_every_curl_line_that_is_printed_works_when_pasted(tmp_path):
    with Serving(example(tmp_path), "-f", "m", "--stand-ins") as served:
        lines = re.findall(r"^  (curl .*)$", served.said(), re.MULTILINE)
        assert len(lines) == 3
        assert "--cacert certs/ca.crt" in lines[2]
        for line in lines:
            done = subprocess.run(
                ["bash", "-c", f"{line} --silent --show-error --max-time 10"],
                capture_output=True,
                text=True,
                check=True,
                cwd=tmp_path,
            )
            assert done.stdout.startswith("Welcome! "), line
        admin = re.search(r"admin  (http://\S+)", served.said())
        done = ingress("explain", "http://dict.gasbugs.com/", "--admin", admin[1])
        assert "200 (goes to an endpoint)" in done.stdout
    assert served.output.count(b"\n") == 3
    assert b'"' in served.output


def test_changes_and_their_verdicts_are_told(tmp_path):
    folder = example(tmp_path)
    with Serving(folder, INGRESS_FILENAME="m", INGRESS_ACCESS_LOG="off") as served:
        (folder / "m" / "secret.yaml").unlink()
        served.wait_for("removed Secret default/www-gasbugs-com")
        served.wait_for("SecretMissing")
    assert served.output == b""


def test_an_address_that_is_no_good_ends_it_with_a_mend(tmp_path):
    done = ingress("run", "-f", tmp_path, "--http", "192.0.2.1:0")
    assert done.returncode == 1
    assert "--http 192.0.2.1:0" in done.stderr
    assert "mend: " in done.stderr
    assert "Traceback" not in done.stderr
