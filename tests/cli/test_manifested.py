import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
from cli.commands import EXAMPLES
from cli.snapshots import host, route, snapshot
from msgspec.structs import replace

from ingress.cli.configuration import configure
from ingress.cli.manifested import Source, tell, trust
from ingress.control.reporter import Change
from ingress.issuer.authority import Authority, new_authority
from ingress.issuer.fallback import fallback_certificate
from ingress.model.finding import Location
from ingress.model.verdict import ObjectRef, Reason, verdict

NOW = 1_800_000_000


async def test_stand_ins_and_backends_are_laid_over_the_manifests_and_end_with_them():
    flags = {
        "filename": [str(EXAMPLES / "06-two-hosts")],
        "stand_ins": True,
        "backend": ["default/dict=127.0.0.1:3000"],
    }
    async with aclosing(Source(configure(flags, {})).inventories()) as inventories:
        inventory = await anext(inventories)
        ports = {
            (each.metadata.labels or {})["kubernetes.io/service-name"]: each.ports[0].port
            for each in inventory.endpoint_slices.values()
            if each.ports
        }
        assert ports["dict"] == 3000
        port = ports["http-go-np"]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_change_is_told_in_one_line(tmp_path, capfd):
    file = tmp_path / "a.yaml"
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
    file.write_text(text)
    source = Source(configure({"filename": [str(tmp_path)]}, {}))
    async with aclosing(source.inventories()) as inventories:
        await anext(inventories)
        file.write_text(text.replace("80", "81"))
        await asyncio.wait_for(anext(inventories), 10)
        source.reread()
    assert capfd.readouterr().err == "changed Service default/web\n"


def test_new_verdicts_come_with_their_mends_and_gone_ones_are_told(capsys):
    new = verdict(ObjectRef("Service", "a", "b"), Reason.SERVICE_MISSING, message="m", mend="do")
    gone = verdict(ObjectRef("Secret", "a", "c"), Reason.SECRET_MISSING, message="m", mend="do")
    tell(Change(new=(new,), gone=(gone,)), lambda _: Location("x.yaml", 2))
    assert capsys.readouterr().err == (
        "x.yaml:2  error  ServiceMissing  Service a/b  m\n  mend: do\n"
        "mended: SecretMissing of Secret a/c\n"
    )


def test_curl_is_told_of_the_ca_that_signed_what_is_served(tmp_path):
    ca = tmp_path / "ca.crt"
    served = snapshot(host("a.b", route("web")))
    assert trust(served, ca) == "--insecure"
    pair = new_authority(now=NOW)
    ca.write_bytes(pair.certificate)
    assert trust(served, ca) == "--insecure"
    leaf = Authority(pair, now=NOW).issue(["a.b"])
    stranger = fallback_certificate(now=NOW)
    ours = replace(stranger, chain=leaf.certificate)
    assert trust(replace(served, certificates={"a/b": ours}), ca) == f"--cacert {ca}"
    both = {"a/b": ours, "a/c": stranger}
    assert trust(replace(served, certificates=both), Path(ca)) == "--insecure"
