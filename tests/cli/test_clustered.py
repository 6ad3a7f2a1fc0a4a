"""What is said about a cluster; tests/cluster has the commands before a real API server."""

import asyncio
import json
import logging

import pytest

from ingress.cli.clustered import Said, Source, read_once
from ingress.cli.configuration import configure
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.objects import ObjectMeta, Service
from ingress.model.verdict import ObjectRef, Reason, verdict

WEB = ObjectRef("Service", "a", "b")
MISSING = verdict(WEB, Reason.SERVICE_MISSING, message="not there", mend="make it")


@pytest.fixture(autouse=True)
def informed(caplog):
    caplog.set_level(logging.INFO)


def kubeconfig(folder) -> str:
    """Write one of a cluster that is not there."""
    written = {
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "x", "user": {}}],
    }
    (folder / "config").write_text(json.dumps(written))
    return str(folder / "config")


def test_a_cluster_that_does_not_answer_is_a_mistake_with_a_mend(tmp_path):
    run = configure({"kubeconfig": kubeconfig(tmp_path)}, {})
    with pytest.raises(Mistake, match=r"http://127\.0\.0\.1:1 cannot be reached") as caught:
        read_once(run)
    assert caught.value.code == ExitCode.FOUND
    assert "--context" in caught.value.mend


def test_no_kubeconfig_is_a_mistake_with_a_mend(tmp_path):
    run = configure({"kubeconfig": str(tmp_path / "none")}, {})
    for attempt in (read_once, lambda it: Source(it).prepare()):
        with pytest.raises(Mistake, match="there is no kubeconfig") as caught:
            attempt(run)
        assert "--kubeconfig" in caught.value.mend


def test_credentials_are_found_before_anything_runs(tmp_path):
    flags = {"kubeconfig": kubeconfig(tmp_path), "default_certificate": "a/b"}
    source = Source(configure(flags, {}))
    source.prepare()
    source.reread()
    assert source.locate(MISSING) is None


def service(port: str) -> Inventory:
    key = ObjectKey("shop", "web")
    return Inventory(services={key: Service(metadata=ObjectMeta(name="web", uid=port))})


class Heard(logging.Handler):
    """What is logged, for a test to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put_nowait(record.getMessage())


async def test_changes_are_said_a_line_at_a_time():
    heard = Heard()
    said = Said(pause=0.0)
    logging.getLogger("ingress.cluster").addHandler(heard)
    task = asyncio.create_task(said.run(), name="say what changes")
    try:
        said.take(service("1"))
        first = await asyncio.wait_for(heard.lines.get(), 20)
        assert first.startswith("the cluster is read: 0 Ingresses, 0 IngressClasses, 1 Service, ")
        said.take(service("2"))
        assert await asyncio.wait_for(heard.lines.get(), 20) == "changed Service shop/web"
    finally:
        task.cancel()
        logging.getLogger("ingress.cluster").removeHandler(heard)
