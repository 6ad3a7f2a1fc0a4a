"""Images without a registry: one program, one layer, one archive that containerd imports."""

import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.gobuild import build, find_go
from scripts.kubernetes import cache

_PODS = Path(__file__).with_name("pods")
# What the program is called in its image; it behaves as it is called.
_NAMES = {"pause": ["pause"], "http-go": ["http-go", "bin/curl"]}
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_OCI = "application/vnd.oci.image"


def pod_image(program: str) -> Path:
    """Return the archive of the image of ``pods/PROGRAM``, which is named after it.

    It is made where the cache has none of this very source.
    """
    source = (_PODS / program / "main.go").read_bytes()
    digest = hashlib.sha256(source + Path(__file__).read_bytes()).hexdigest()
    archive = cache() / "images" / f"{program}-{digest[:16]}.tar"
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        binary = archive.with_suffix(f".{os.getpid()}")
        go = find_go(_PODS / "go.mod", cache=cache())
        build(f"./{program}", folder=_PODS, into=binary, go=go, static=True)
        half = archive.with_suffix(f".{os.getpid()}.half")
        half.write_bytes(pack(binary.read_bytes(), names=_NAMES[program]))
        half.replace(archive)
        binary.unlink()
    return archive


def pack(program: bytes, *, names: Sequence[str]) -> bytes:
    """Return an OCI archive of an image that runs a program, which is there by all its names."""
    layer = _tar(dict.fromkeys(names, (program, 0o755)))
    machine = {"architecture": _ARCHITECTURES[platform.machine()], "os": "linux"}
    blobs: dict[str, tuple[bytes, int]] = {}

    def blob(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = (content, 0o644)
        return {"mediaType": f"{_OCI}.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    of_layer = blob(layer, "layer.v1.tar")
    configuration = {
        **machine,
        "config": {"Entrypoint": [f"/{names[0]}"], "Env": ["PATH=/bin"], "User": "65532:65532"},
        "rootfs": {"type": "layers", "diff_ids": [of_layer["digest"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_OCI}.manifest.v1+json",
        "config": blob(json.dumps(configuration).encode(), "config.v1+json"),
        "layers": [of_layer],
    }
    of_manifest = blob(json.dumps(manifest).encode(), "manifest.v1+json")
    index = {"schemaVersion": 2, "manifests": [{**of_manifest, "platform": machine}]}
    return _tar(
        {
            "oci-layout": (b'{"imageLayoutVersion": "1.0.0"}', 0o644),
            "index.json": (json.dumps(index).encode(), 0o644),
            **blobs,
        }
    )


def _tar(files: Mapping[str, tuple[bytes, int]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, (content, mode) in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
