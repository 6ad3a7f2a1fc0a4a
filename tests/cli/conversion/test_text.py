import copy
import json
import re
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ingress.cli.conversion.data import converted
from ingress.cli.conversion.text import ConversionError, convert

BEFORE = """\
# A page's Ingress, and what stands around it.
kind:   Service     # odd spaces stay
metadata: {name:   web}
---
apiVersion: extensions/v1beta1  # was served until 1.21
kind: Ingress
metadata:
  name: "gasbugs"
  annotations:
    kubernetes.io/ingress.class: nginx
spec:
  backend: {serviceName: fallback, servicePort: http}
  rules:
  - host: 'gasbugs.com'
    http:
      paths:
      - path: /
        # where it leads
        backend:
          serviceName: http-go-np   # the Service
          # between the two
          servicePort: 8080  # its port
      - backend:
          "servicePort": 'web'
          "serviceName": 'other'
        pathType:
        path: /other
      - path: /exact
        pathType: Exact
        backend: { serviceName: a,
                   servicePort: 1 }  # flow
...
"""
AFTER = """\
# A page's Ingress, and what stands around it.
kind:   Service     # odd spaces stay
metadata: {name:   web}
---
apiVersion: networking.k8s.io/v1  # was served until 1.21
kind: Ingress
metadata:
  name: "gasbugs"
  annotations:
    kubernetes.io/ingress.class: nginx
spec:
  defaultBackend: {service: {name: fallback, port: {name: http}}}
  rules:
  - host: 'gasbugs.com'
    http:
      paths:
      - path: /
        # where it leads
        pathType: ImplementationSpecific
        backend:
          service:
            name: http-go-np   # the Service
          # between the two
            port:
              number: 8080  # its port
      - backend:
          "service":
            "port":
              "name": 'web'
            "name": 'other'
        pathType: ImplementationSpecific
        path: /other
      - path: /exact
        pathType: Exact
        backend: { service: {name: a,
                     port: {number: 1}} }  # flow
...
"""


def test_only_what_must_change_does():
    assert convert(BEFORE) == AFTER
    assert convert(AFTER) == AFTER


def test_line_ends_and_a_byte_order_mark_stay():
    assert convert("\ufeff" + BEFORE.replace("\n", "\r\n")) == "\ufeff" + AFTER.replace(
        "\n", "\r\n"
    )


LEGACY = {
    "apiVersion": "networking.k8s.io/v1beta1",
    "kind": "Ingress",
    "metadata": {"name": "a"},
    "spec": {"rules": [{"http": {"paths": [{"backend": {"serviceName": "b", "servicePort": 1}}]}}]},
}


def test_compact_json_stays_compact():
    assert convert(json.dumps(LEGACY, separators=(",", ":"))) == (
        '{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a"},"spec":'
        '{"rules":[{"http":{"paths":[{"pathType":"ImplementationSpecific","backend":'
        '{"service":{"name":"b","port":{"number":1}}}}]}}]}}'
    )


def test_json_on_lines_stays_on_lines():
    lines = [line.strip() for line in convert(json.dumps(LEGACY, indent=2)).splitlines()]
    begin = lines.index('"pathType": "ImplementationSpecific",')
    assert lines[begin + 1 : begin + 7] == [
        '"backend": {',
        '"service": {',
        '"name": "b",',
        '"port": {"number": 1}',
        "}",
        "}",
    ]


def test_a_list_is_converted_inside():
    text = "kind: List\napiVersion: v1\nitems:\n" + "".join(
        f"- {line}\n" if n == 0 else f"  {line}\n"
        for n, line in enumerate(BEFORE.split("---\n")[1].splitlines()[:-1])
    )
    result = convert(text)
    assert "v1beta1" not in result
    assert convert(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "---\n---\n",
        "just text",
        "- 1\n- 2\n",
        "{}",
        "kind: Ingress\n",
        "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {backend: {serviceName: a}}\n",
        "apiVersion: [extensions/v1beta1]\nkind: Ingress\n",
        "kind: List\nitems:\n",
        "a: &x {b: 1}\nc: *x\n",
    ],
)
def test_what_is_no_legacy_ingress_is_left_alone(text):
    assert convert(text) == text


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ("spec:\n", {"spec": None}),
        ("spec: {backend: {resource: {kind: A}}}\n", {"spec": {"defaultBackend": ...}}),
        ("spec: {backend: null, rules: [null, {}, {http: null}, {http: {paths: [{}]}}]}\n", None),
        ("spec:\n  backend:\n    serviceName: a\n", None),
        ("spec:\n  backend:\n    servicePort: ~\n", None),
        ("spec: {backend: {servicePort: 'http'}}\n", None),
        ("spec: {rules: [{http: {paths: [{path: /}]}}]}\n", None),
        ("spec: {rules: [{http: {paths: [{path: /, pathType: ''}]}}]}\n", None),
        (
            "spec:\n  rules:\n  - http:\n      paths:\n      - path: /\n        pathType: null\n",
            None,
        ),
    ],
)
def test_odd_but_legal_shapes(spec, wanted):
    head = "apiVersion: extensions/v1beta1\nkind: Ingress\n"
    result = load(convert(head + spec))
    assert result == converted(load(head + spec))
    assert wanted is None or result["spec"] == wanted["spec"] or "defaultBackend" in result["spec"]


def load(text: str):
    return YAML(typ="safe", pure=True).load(text)


def test_an_anchor_that_both_may_share_is_rewritten_once():
    text = (
        "apiVersion: extensions/v1beta1\nkind: Ingress\nspec:\n  backend: &b\n"
        "    serviceName: a\n    servicePort: 1\n  rules:\n  - http:\n      paths:\n"
        "      - path: /\n        backend: *b\n"
    )
    assert load(convert(text)) == converted(load(text))


@pytest.mark.parametrize(
    "text",
    [
        # The anchor is used where no Ingress is.
        (
            "a: &b {serviceName: a}\nitems:\n- apiVersion: extensions/v1beta1\n  kind: Ingress\n"
            "  spec: {backend: *b}\nkind: List\n"
        ),
        # A merge key brings what is to be renamed.
        (
            "apiVersion: extensions/v1beta1\nkind: Ingress\nx: &b {serviceName: a}\n"
            "spec: {backend: {<<: *b, servicePort: 1}}\n"
        ),
    ],
)
def test_what_cannot_be_rewritten_in_place_is_refused_not_broken(text):
    with pytest.raises(ConversionError, match="in place") as caught:
        convert(text)
    assert "anchors" in caught.value.mend


def test_keys_in_between_are_named_by_line():
    text = (
        "apiVersion: extensions/v1beta1\nkind: Ingress\nspec:\n  backend:\n"
        "    serviceName: a\n    resource: null\n    servicePort: 1\n"
    )
    with pytest.raises(ConversionError, match="between") as caught:
        convert(text)
    assert caught.value.line == 5


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("spec:\n  backend: {serviceName: a}\n  defaultBackend: {}\n", 5),
        ("spec:\n  backend:\n    service: {name: b}\n    serviceName: a\n", 5),
    ],
)
def test_what_is_written_for_both_versions_is_refused(spec, line):
    with pytest.raises(ConversionError, match="stands beside") as caught:
        convert(f"apiVersion: extensions/v1beta1\nkind: Ingress\n{spec}")
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text", [f"a: {'[' * 2_000}{']' * 2_000}", "&a\nkind: List\nitems: [*a]\n"]
)
def test_bottomless_texts_are_refused(text):
    with pytest.raises(ConversionError, match="nested too deep"):
        convert(text)


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "{{ .Values.x }}: {", "\x00", "%YAML x\n"])
def test_what_is_no_yaml_is_refused(text):
    with pytest.raises(ConversionError, match="not YAML") as caught:
        convert(text)
    assert caught.value.mend


NAMES = st.sampled_from(["web", "a-b", "8080", "true", "x y", "ü", "'", '"', ":", "#"])
PORTS = st.one_of(st.integers(1, 65535), NAMES)
BACKENDS = st.one_of(
    st.none(),
    st.fixed_dictionaries({}, optional={"serviceName": NAMES, "servicePort": PORTS}),
    st.fixed_dictionaries({"resource": st.fixed_dictionaries({"kind": NAMES})}),
)
PATHS = st.fixed_dictionaries(
    {},
    optional={
        "path": NAMES,
        "pathType": st.sampled_from([None, "", "Exact", "Prefix"]),
        "backend": BACKENDS,
    },
)
RULES = st.fixed_dictionaries(
    {}, optional={"host": NAMES, "http": st.fixed_dictionaries({"paths": st.lists(PATHS)})}
)
SPECS = st.fixed_dictionaries({}, optional={"backend": BACKENDS, "rules": st.lists(RULES)})
INGRESSES = st.fixed_dictionaries(
    {
        "apiVersion": st.sampled_from(
            ["extensions/v1beta1", "networking.k8s.io/v1beta1", "networking.k8s.io/v1"]
        ),
        "kind": st.sampled_from(["Ingress", "Service"]),
        "spec": SPECS,
    }
)
DOCUMENTS = st.one_of(
    INGRESSES, st.fixed_dictionaries({"kind": st.just("List"), "items": st.lists(INGRESSES)})
)


@st.composite
def written(draw) -> str:
    """Draw documents, and one of the ways in which people write them."""
    documents = draw(st.lists(DOCUMENTS, min_size=1, max_size=3))
    style = draw(st.sampled_from(["compact", "json", "flow", "block"]))
    if style == "compact":
        return json.dumps(documents[0], separators=(",", ":"))
    if style == "json":
        return json.dumps(documents[0], indent=draw(st.sampled_from([1, 2, 4])))
    if style == "flow":
        return re.sub(r'"(\w+)": ', r"\1: ", json.dumps(documents[0], indent=2))
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.indent = draw(st.sampled_from([2, 4]))
    out = StringIO()
    yaml.dump_all(copy.deepcopy(documents), out)
    return out.getvalue()


# The pure reader is slow, and a busy machine slower.
@settings(max_examples=60)
@given(written())
def test_whatever_the_style_it_holds_the_same_and_is_idempotent(text):
    result = convert(text)
    yaml = YAML(typ="safe", pure=True)
    assert list(yaml.load_all(result)) == [converted(one) for one in yaml.load_all(text)]
    assert convert(result) == result
    if text.startswith('{"'):
        json.loads(result)
