import hashlib
import json
import threading
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer

import pytest
from cluster.images import pack
from cluster.registry import Registry, publish


@pytest.fixture
def registry(tmp_path):
    """A registry with one image, `main`, and a function that asks it."""
    (tmp_path / "main.tar").write_bytes(pack(b"a program", names=["main"]))
    publish(tmp_path / "main.tar", "main", registry=tmp_path)
    handler = type("OfThisTest", (Registry,), {"folder": tmp_path})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()

        def ask(path: str, method: str = "GET") -> tuple[int, dict, bytes]:
            connection = HTTPConnection(*server.server_address, timeout=10)
            connection.request(method, path)
            with connection.getresponse() as answer:
                found = answer.status, dict(answer.headers), answer.read()
            connection.close()
            return found

        yield ask
        server.shutdown()
        thread.join(timeout=10)


@pytest.mark.parametrize("name", ["main", "team/main", "some/team/main"])
def test_the_last_part_of_the_name_decides(registry, name):
    status, headers, manifest = registry(f"/v2/{name}/manifests/any-tag?ns=example.com")
    assert (status, json.loads(manifest)["schemaVersion"]) == (200, 2)
    digest = headers["Docker-Content-Digest"]
    assert digest == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert registry(f"/v2/{name}/manifests/{digest}")[2] == manifest


def test_head_tells_what_get_would(registry):
    status, headers, nothing = registry("/v2/main/manifests/1", "HEAD")
    assert (status, nothing) == (200, b"")
    assert int(headers["Content-Length"]) == len(registry("/v2/main/manifests/1")[2])


def test_blobs_by_digest(registry):
    manifest = json.loads(registry("/v2/main/manifests/1")[2])
    for descriptor in (manifest["config"], *manifest["layers"]):
        status, _, content = registry(f"/v2/main/blobs/{descriptor['digest']}")
        assert (status, len(content)) == (200, descriptor["size"])


@pytest.mark.parametrize(
    "path",
    ["/v2/other/manifests/1", f"/v2/main/blobs/sha256:{'0' * 64}", "/v2/main/blobs/1", "/v2/"],
)
def test_what_is_not_there(registry, path):
    assert registry(path)[0] == 404
