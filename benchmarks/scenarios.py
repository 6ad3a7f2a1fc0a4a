"""The loads: what is asked, how, and what the answer has to be."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.sites import HOSTS, NOWHERE, SECURE

CONNECTIONS = 64
MIB = 2**20

# What a browser sends besides Host when it follows a link on the same site.
BROWSER = {
    "Connection": "keep-alive",
    "sec-ch-ua": '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
    "sec-ch-ua-platform-version": '"6.8.0"',
    "DNT": "1",
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Dest": "document",
    "Referer": "https://shop.example.com/catalogue/chairs?page=3&sort=price",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-GB,en;q=0.9,de;q=0.8,ko;q=0.7",
    "Cache-Control": "max-age=0",
    "Priority": "u=0, i",
    "Cookie": "session=3f8e1c9a7b6d5e4f3a2b1c0d9e8f7a6b; theme=dark; consent=necessary; "
    "_visit=1764129600.2; basket=eyJpdGVtcyI6W3siaWQiOjE3LCJuIjoxfV19",
}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One kind of load, and what has to come of each request.

    ``body`` is how many bytes are sent; ``tool`` is what sends them; ``changes`` is how often a
    second the configuration changes meanwhile; ``least`` is the seconds that it takes at least.
    """

    name: str
    title: str
    path: str = "/1k"
    hosts: Sequence[str] = HOSTS
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: int = 0
    status: int = 200
    size: int = 1024
    tls: bool = False
    connections: int = CONNECTIONS
    tool: str = "wrk"
    changes: float = 0.0
    least: float = 0.0


_ALL = (
    Scenario(name="keep-alive", title="1 KB, kept alive"),
    Scenario(name="browser", title="1 KB, 20 request headers", headers=BROWSER),
    Scenario(name="large", title="100 KB", path="/100k", size=102_400),
    Scenario(name="huge", title="10 MB", path="/10m", size=10 * MIB, connections=16),
    # Each request is kept whole in wrk's memory, so there are few.
    Scenario(
        name="upload",
        title="upload of 1 MB",
        path="/upload",
        hosts=HOSTS[:8],
        method="POST",
        body=MIB,
        connections=16,
    ),
    Scenario(name="tls", title="1 KB, TLS kept alive", tls=True),
    Scenario(name="tls-new", title="1 KB, new TLS connections", tls=True, tool="handshakes"),
    Scenario(name="new", title="1 KB, new connections", headers={"Connection": "close"}),
    Scenario(name="not-found", title="404", hosts=NOWHERE, status=404),
    Scenario(name="redirect", title="redirect to HTTPS", hosts=SECURE, status=308),
    Scenario(name="echo", title="WebSocket echo", path="/echo", tool="echoes"),
    Scenario(name="many", title="1 KB, 2,000 connections", connections=2000, least=8),
    Scenario(name="changing", title="1 KB, 10 changes a second", changes=10),
)

SCENARIOS = {scenario.name: scenario for scenario in _ALL}
