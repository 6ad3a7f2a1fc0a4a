"""A registry inside the node tier: it hands out the images that a test has published.

Whatever the registry and the tag that a manifest names, the last part of the name decides:
`gasbugs/http-go` and `example.com/team/http-go:1.2` are both the published `http-go`.

    python -m cluster.registry FOLDER PORT
"""

import json
import sys
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def publish(archive: Path, name: str, *, registry: Path) -> None:
    """Make an OCI archive's image available under a name, in place of what had it before."""
    with tarfile.open(archive) as packed:
        packed.extractall(registry, filter="data")
    (index,) = json.loads((registry / "index.json").read_text())["manifests"]
    half = registry / f".{name}"
    half.write_text(json.dumps(index))
    half.replace(registry / f"{name}.image")


class Registry(BaseHTTPRequestHandler):
    """What a client needs to pull: a manifest by tag or digest, and blobs by digest."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        parts = self.path.partition("?")[0].split("/")
        found = self._find(*["", "", *parts][-3:])
        if found is None:
            self.send_error(404)
            return
        kind, digest = found
        content = self.folder / "blobs" / digest.replace(":", "/")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Docker-Content-Digest", digest)
        self.send_header("Content-Length", str(content.stat().st_size))
        self.end_headers()
        if body:
            with content.open("rb") as file:
                while piece := file.read(1 << 20):
                    self.wfile.write(piece)

    def _find(self, name: str, what: str, reference: str) -> tuple[str, str] | None:
        """Return a thing's media type and digest."""
        if reference.startswith("sha256:"):
            there = (self.folder / "blobs" / reference.replace(":", "/")).exists()
            manifest = "application/vnd.oci.image.manifest.v1+json"
            kind = manifest if what == "manifests" else "application/octet-stream"
            return (kind, reference) if there else None
        image = self.folder / f"{name}.image"
        if what != "manifests" or not image.exists():
            return None
        index = json.loads(image.read_text())
        return index["mediaType"], index["digest"]


if __name__ == "__main__":
    Registry.folder = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Registry) as server:
        server.serve_forever()
