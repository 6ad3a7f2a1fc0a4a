import os
from io import StringIO
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ingress.model.codec import decode_snapshot, dump, encode_snapshot
from ingress.routing.table import RoutingTable
from tests.compiler import golden

CASES = sorted(path.parent for path in golden.FOLDER.glob("*/manifests.yaml"))
UPDATE = bool(os.environ.get("UPDATE"))
NAMES = {"Secret", "Service", "Kubernetes", "Prefix", "Exact", "ImplementationSpecific"}
"""With which a message may begin; all others begin in lower case."""


def as_yaml(value: object) -> str:
    out = StringIO()
    writer = YAML()
    writer.width = 96
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(value, out)
    return out.getvalue()


def compare(path: Path, text: str) -> None:
    if UPDATE:
        path.write_text(text)
    assert path.read_text() == text


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path) -> None:
    outcome = golden.compile_case(folder)
    compare(folder / "snapshot.json", dump(outcome.build.snapshot).decode() + "\n")
    compare(folder / "verdicts.yaml", as_yaml(outcome.verdicts))
    assert b"PRIVATE KEY" not in dump(outcome.build.snapshot)
    encoded = encode_snapshot(outcome.build.snapshot)
    assert encode_snapshot(decode_snapshot(encoded)) == encoded


@pytest.mark.parametrize(
    "folder", [case for case in CASES if (case / "requests.yaml").exists()], ids=lambda p: p.name
)
def test_requests(folder: Path) -> None:
    snapshot = golden.compile_case(folder).build.snapshot
    table = RoutingTable.build(snapshot)
    for wanted in golden.read_yaml(folder / "requests.yaml"):
        if "sni" in wanted:
            found = golden.shown_certificate(table, wanted["sni"])
        else:
            found = golden.answer(snapshot, table, wanted["request"])
        assert found | wanted == found


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_a_case_says_what_it_shows(folder: Path) -> None:
    assert (folder / "manifests.yaml").read_text().startswith("# ")


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_verdicts_speak_in_one_voice(folder: Path) -> None:
    for said in golden.read_yaml(folder / "verdicts.yaml"):
        assert not said["message"][0].isupper() or said["message"].split()[0] in NAMES
        assert said["mend"][0].islower()
        assert not said["message"].endswith(".")
        assert not said["mend"].endswith(".")


def test_there_are_cases_and_not_too_many() -> None:
    assert 60 <= len(CASES) <= 120
