"""The compiler never raises on what a user wrote, however wrong it is."""

import json
from functools import cache
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingress.compiler import build_snapshot
from ingress.model.codec import decode_snapshot, dump, encode_snapshot
from ingress.settings import CompilerOptions
from ingress.sources.manifests import Manifests
from tests.compiler import golden

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31), 2**31),
    st.text(max_size=5),
    st.sampled_from(["*", "..", "%", "[::1]", "1.2.3.4", "-----BEGIN CERTIFICATE-----", "None"]),
    st.just([]),
    st.just({}),
)


@cache
def documents() -> list[list[Any]]:
    """Return the manifests of the golden cases as plain values."""
    cases = sorted(golden.FOLDER.glob("*/manifests.yaml"))
    return [list(golden.YAML_FILES.load_all(case.read_text())) for case in cases]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything below a value."""
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    found = []
    for key, below in items:
        found += [(*at, key), *places(below, (*at, key))]
    return found


@st.composite
def mutated(draw: Any) -> list[Any]:
    """Draw a golden case's manifests with a few values replaced, dropped or moved."""
    case = json.loads(json.dumps(draw(st.sampled_from(documents())), default=str))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(places(case)))
        value = case
        for step in path[:-1]:
            value = value[step]
        action = draw(st.sampled_from(["replace", "drop", "graft"]))
        if action == "drop" and len(path) > 1:
            del value[path[-1]]
        elif action == "graft":
            value[path[-1]] = json.loads(json.dumps(draw(st.sampled_from(case))))
        else:
            value[path[-1]] = draw(ODD)
        case = [document for document in case if document] or [{"kind": "Nothing"}]
    return case


@settings(max_examples=400)
@given(mutated(), mutated(), st.booleans())
def test_the_compiler_never_raises(first: list[Any], second: list[Any], any_class: bool) -> None:  # noqa: FBT001
    options = CompilerOptions(any_class=any_class)
    build = None
    for manifests in (first, second):
        text = "\n---\n".join(json.dumps(document) for document in manifests)
        inventory = Manifests(["-"], stdin=BytesIO(text.encode())).read()
        build = build_snapshot(inventory, options, now=golden.NOW, previous=build)
        encoded = encode_snapshot(build.snapshot)
        assert encode_snapshot(decode_snapshot(encoded)) == encoded
        assert b"PRIVATE KEY" not in dump(build.snapshot)
