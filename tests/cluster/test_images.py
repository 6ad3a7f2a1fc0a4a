import hashlib
import io
import json
import tarfile

from cluster.images import pack


def test_an_archive_leads_from_its_index_to_the_program():
    with tarfile.open(
        fileobj=io.BytesIO(pack(b"a program", names=["main", "bin/alias"]))
    ) as archive:

        def read(name: str) -> bytes:
            return archive.extractfile(name).read()

        def blob(descriptor: dict) -> bytes:
            kind, digest = descriptor["digest"].split(":")
            content = read(f"blobs/{kind}/{digest}")
            assert hashlib.sha256(content).hexdigest() == digest
            assert len(content) == descriptor["size"]
            return content

        assert json.loads(read("oci-layout")) == {"imageLayoutVersion": "1.0.0"}
        (of_manifest,) = json.loads(read("index.json"))["manifests"]
        manifest = json.loads(blob(of_manifest))
        configuration = json.loads(blob(manifest["config"]))
        (of_layer,) = manifest["layers"]
        assert configuration["rootfs"]["diff_ids"] == [of_layer["digest"]]
        assert configuration["config"]["Entrypoint"] == ["/main"]
        with tarfile.open(fileobj=io.BytesIO(blob(of_layer))) as layer:
            assert layer.getnames() == ["main", "bin/alias"]
            assert layer.extractfile("bin/alias").read() == b"a program"
            assert layer.getmember("main").mode == 0o755


def test_the_same_program_gives_the_same_image():
    assert pack(b"a program", names=["main"]) == pack(b"a program", names=["main"])
