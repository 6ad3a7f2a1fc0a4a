"""Asks a proxy one thing, and says whether the answer is what it has to be."""

import http.client
import ssl
import time
from dataclasses import dataclass

from benchmarks.scenarios import Scenario
from benchmarks.sites import Proxy

TIMEOUT = 10.0
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status, where it points to, and a body."""

    status: int
    location: str
    body: bytes


def ask(scenario: Scenario, proxy: Proxy) -> Answer:
    """Send the scenario's request once, for the last of its hosts."""
    return _ask(
        proxy,
        host=scenario.hosts[-1],
        path=scenario.path,
        method=scenario.method,
        body=b"x" * scenario.body or None,
        headers=scenario.headers,
        tls=scenario.tls,
    )


def _ask(
    proxy: Proxy,
    *,
    host: str,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    tls: bool = False,
) -> Answer:
    connection: http.client.HTTPConnection
    if tls:
        context = ssl._create_unverified_context()  # noqa: S323, SLF001
        connection = http.client.HTTPSConnection(
            "localhost", proxy.https, context=context, timeout=TIMEOUT
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=TIMEOUT)
    connection.request(method, path, body, {**(headers or {}), "Host": host})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    location = response.getheader("Location") or ""
    return Answer(status=response.status, location=location, body=content)


def complaint(scenario: Scenario, answer: Answer) -> str:
    """Return what is wrong with an answer; nothing if it is right."""
    # Traefik's redirect of a GET is a 301.
    redirect = {308: (301, 308)}
    if answer.status not in redirect.get(scenario.status, (scenario.status,)):
        return f"status {answer.status} in place of {scenario.status}"
    if scenario.status == 308:
        wanted = f"https://{scenario.hosts[-1]}"
        return "" if answer.location.startswith(wanted) else f"a redirect to {answer.location}"
    if scenario.body:
        taken = answer.body.removeprefix(b"uploaded ")
        whole = taken.isdigit() and int(taken) > scenario.body
        return "" if whole else f"{answer.body!r} after an upload of {scenario.body} bytes"
    if scenario.status == 200 and answer.body != b"x" * scenario.size:
        return f"{len(answer.body)} bytes in place of {scenario.size}"
    return ""


def check(scenario: Scenario, proxy: Proxy) -> None:
    """Raise RuntimeError where a proxy's answer is not what it has to be."""
    wrong = "" if scenario.tool == "echoes" else complaint(scenario, ask(scenario, proxy))
    if wrong:
        raise RuntimeError(f"{proxy.name} answers {scenario.name} with {wrong}")


def await_host(proxy: Proxy, host: str) -> float:
    """Return the seconds until a host is served; raises TimeoutError."""
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < PATIENCE:
        try:
            if _ask(proxy, host=host, path="/1k").status == 200:
                return waited
        except (OSError, http.client.HTTPException):
            continue  # a process that goes away may take the question with it
        time.sleep(0.01)  # between two looks
    raise TimeoutError(f"{proxy.name} does not serve {host} after {PATIENCE:g} s")
