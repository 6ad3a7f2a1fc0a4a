"""A real `ingress run` on free ports, to be asked, edited, signalled and waited for."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DEADLINE = 20.0
_LISTENER = re.compile(r"\b(http|https|admin)\b\s+https?://127\.0\.0\.1:(\d+)")

MANIFEST = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {name}}}
spec:
  rules:
  - host: {host}
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {{service: {{name: {name}, port: {{number: 80}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  ports: [{{port: 80}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {name}-x
  labels: {{kubernetes.io/service-name: {name}}}
addressType: IPv4
ports: [{{port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"""


class Process:
    def __init__(self, *args: str) -> None:
        free = [
            word for name in ("http", "https", "admin") for word in (f"--{name}", "127.0.0.1:0")
        ]
        command = [sys.executable, "-m", "ingress", "run", *free, "--access-log", "off", *args]
        self.popen = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self.ports: dict[str, int] = {}
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stderr is not None
        with self.popen.stderr as lines:
            for line in lines:
                self.said.append(line)
                for name, port in _LISTENER.findall(line):
                    self.ports.setdefault(name, int(port))

    def get(self, path: str, *, host: str = "a.test", on: str = "http") -> tuple[int, str]:
        """GET on a new connection; status 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[on], timeout=DEADLINE)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        return json.loads(self.get(path, on="admin")[1])

    def ended(self) -> int:
        code = self.popen.wait(timeout=DEADLINE)
        self._reader.join(timeout=DEADLINE)
        return code

    def signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def members(self) -> set[int]:
        """The process and its children, as the kernel sees them."""
        children = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text()
        return {self.popen.pid, *map(int, children.split())}


@contextlib.contextmanager
def process(*args: str) -> Iterator[Process]:
    started = Process(*args)
    try:
        until(lambda: len(started.ports) == 3 or started.popen.poll() is not None, "listeners")
        yield started
    finally:
        started.popen.kill()
        started.ended()


def until(question: Callable[[], Any], what: str, *, within: float = DEADLINE) -> float:
    """Ask until the answer is true; return how long that took."""
    begun = time.monotonic()
    while not question():
        if time.monotonic() - begun > within:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.005)  # between two looks, never in place of one
    return time.monotonic() - begun


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
