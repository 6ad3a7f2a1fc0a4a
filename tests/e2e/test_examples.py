"""Each row of the course page that the project began from, through the real curl."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from e2e.running import EXAMPLES, Running, example, ingress, running, wait_for

WELCOME = re.compile(r"Welcome! ([a-z0-9-]+)")


def pod(served: Running, url: str, *args: str) -> str:
    """Ask for a page and return the pod that welcomed us."""
    answer = served.curl(url, *args)
    assert answer.status == 200, answer.body
    found = WELCOME.match(answer.body)
    assert found, answer.body
    return found[1]


def check(path: Path) -> tuple[int, list[dict[str, object]]]:
    done = ingress("check", "-f", path, "-o", "json", check=False)
    return done.returncode, json.loads(done.stdout)


def test_row_1_three_pods_take_turns() -> None:
    urls = "http://round-robin.gasbugs.com/[1-300]"
    with running(EXAMPLES / "01-round-robin") as served:
        done = subprocess.run(
            ["curl", "-s", "--connect-to", f":80:127.0.0.1:{served.ports['http']}", urls],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    pods = Counter(WELCOME.findall(done.stdout))
    assert pods.total() == 300
    assert len(pods) == 3
    assert max(pods.values()) - min(pods.values()) <= 1
    assert all(re.fullmatch(r"http-go-[a-z0-9]{8,10}-[a-z0-9]{5}", name) for name in pods)


def test_row_2_a_client_stays_and_only_a_gone_pods_clients_move(tmp_path: Path) -> None:
    folder = example("02-session-affinity", tmp_path)
    manifest = folder / "sticky.yaml"
    url = "http://sticky.gasbugs.com/"
    clients = [f"192.0.2.{number}" for number in range(1, 31)]
    trusting = ("--stand-ins", "--trusted-proxy", "127.0.0.0/8")

    with running(folder, args=trusting) as served:

        def met() -> dict[str, str]:
            return {c: pod(served, url, "-H", f"X-Forwarded-For: {c}") for c in clients}

        before = met()
        assert before == met(), "one client, one pod"
        assert len(set(before.values())) == 3, "thirty clients meet all three pods"
        assert len({pod(served, url) for _ in range(5)}) == 1, "a peer address is a client too"

        manifest.write_text(manifest.read_text().replace("replicas: 3", "replicas: 2"))
        explain = f"/explain?url={url}"
        wait_for(
            lambda: len(json.loads(served.admin(explain) or "{}")["route"]["endpoints"]) == 2,
            "two endpoints",
        )
        after = met()
        (gone,) = set(before.values()) - set(after.values())
        moved = {client for client in clients if before[client] != after[client]}
        assert moved == {client for client in clients if before[client] == gone}


def test_row_2_without_a_trusted_proxy_the_peer_is_the_client() -> None:
    with running(EXAMPLES / "02-session-affinity") as served:
        url = "http://sticky.gasbugs.com/"
        claims = [("-H", f"X-Forwarded-For: 192.0.2.{number}") for number in range(8)]
        assert len({pod(served, url, *claim) for claim in claims}) == 1
        peers = [("--interface", f"127.0.0.{number}") for number in range(1, 20)]
        assert len({pod(served, url, *peer) for peer in peers}) > 1


def test_row_3_two_named_ports_by_name_and_by_number() -> None:
    with running(EXAMPLES / "03-two-ports") as served:
        endpoints = {}
        for port in ("http", "https"):
            for way in ("by-name", "by-number"):
                url = f"http://two-ports.gasbugs.com/{port}/{way}"
                pods = {pod(served, url) for _ in range(4)}
                assert len(pods) == 2
                explained = json.loads(served.admin(f"/explain?url={url}") or "")
                endpoints[port, way] = json.dumps(explained["route"]["endpoints"])
        assert endpoints["http", "by-name"] == endpoints["http", "by-number"]
        assert endpoints["https", "by-name"] == endpoints["https", "by-number"]
        assert endpoints["http", "by-name"] != endpoints["https", "by-name"]


def test_row_4_external_addresses_as_written_are_understood() -> None:
    folder = EXAMPLES / "04-external-endpoints" / "as-written"
    code, findings = check(folder)
    assert (code, findings) == (0, [])
    said = ingress("explain", "http://external.gasbugs.com/", "-f", folder, "-o", "json").stdout
    assert "11.11.11.11" in said
    assert "22.22.22.22" in said


def test_row_4_the_pages_own_mistake_is_named_and_mended() -> None:
    file = EXAMPLES / "04-external-endpoints" / "mistake" / "external-service.yaml"
    code, findings = check(file)
    assert code == 1
    (finding,) = [f for f in findings if f["reason"] == "UnknownField"]
    assert finding["subject"] == {
        "kind": "Endpoints",
        "namespace": "default",
        "name": "external-service",
    }
    assert str(finding["file"]).endswith("external-service.yaml")
    assert "address:" in file.read_text().splitlines()[int(str(finding["line"])) - 1]
    assert "addresses" in str(finding["mend"])


@contextmanager
def own_program(folder: Path, text: str) -> Iterator[int]:
    """Serve a file with Python's own web server on a free loopback port."""
    folder.mkdir()
    (folder / "index.html").write_text(text)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield int(re.findall(r"port (\d+)", process.stdout.readline())[0])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_row_4_with_programs_of_this_machine_it_is_served(tmp_path: Path) -> None:
    folder = example("04-external-endpoints/loopback", tmp_path)
    manifest = folder / "external-service.yaml"
    with ExitStack() as programs:
        text = manifest.read_text()
        for written in ("18081", "18082"):
            own = programs.enter_context(own_program(tmp_path / written, f"program {written}"))
            text = text.replace(f"port: {written}", f"port: {own}")
        manifest.write_text(text)
        with running(folder, args=()) as served:
            bodies = [served.curl("http://external.gasbugs.com/").body for _ in range(4)]
    assert Counter(bodies) == {"program 18081": 2, "program 18082": 2}


def test_row_5_as_written_has_no_endpoints_and_says_why() -> None:
    folder = EXAMPLES / "05-legacy-ingress" / "as-written"
    with running(folder) as served:
        assert served.curl("http://gasbugs.com/").status == 503
        (verdict,) = [v for v in served.verdicts() if v["reason"] == "SelectorMatchesNothing"]
        assert "run" in verdict["message"]
        assert "app" in verdict["message"]
        assert "http-go" in verdict["message"]


def test_row_5_corrected_is_served_with_the_warning() -> None:
    folder = EXAMPLES / "05-legacy-ingress" / "corrected"
    with running(folder) as served:
        assert pod(served, "http://gasbugs.com/").startswith("http-go-")
        assert "ServicePortIsTargetPort" in served.reasons()
    code, findings = check(folder)
    assert code == 0
    assert [f["severity"] for f in findings if f["reason"] == "ServicePortIsTargetPort"] == [
        "warning"
    ]


def test_row_6_two_hosts_lead_to_two_services() -> None:
    with running(EXAMPLES / "06-two-hosts") as served:
        assert pod(served, "http://gasbugs.com/").startswith("http-go-")
        assert pod(served, "http://dict.gasbugs.com/").startswith("dict-")


@pytest.mark.parametrize("host", ["www.gasbugs.com", "localhost", "127.0.0.1", "[::1]"])
def test_row_7_no_host_matches(host: str) -> None:
    with running(EXAMPLES / "07-no-match") as served:
        answer = served.curl("http://gasbugs.com/", "-H", f"Host: {host}")
        assert answer.status == 404
        assert "aiohttp-ingress" in answer.body
        assert pod(served, "http://gasbugs.com/")


def test_row_7_explain_names_the_nearest_host() -> None:
    folder = EXAMPLES / "07-no-match"
    done = ingress("explain", "http://www.gasbugs.com/", "-f", folder, "-o", "json", check=False)
    explained = json.loads(done.stdout)
    assert explained["status"] == 404
    assert explained["route"] is None
    assert "gasbugs.com" in json.dumps(explained["nearest"])
