"""Small worlds for the compiler: Inventories that collide on purpose, and their histories."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st

from ingress.model.edited import Edited
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import (
    Endpoints,
    EndpointSlice,
    Ingress,
    IngressClass,
    Secret,
    Service,
)
from ingress.model.secret import SecretBytes
from ingress.model.workloads import Workload

PKI = Path(__file__).parent / "pki"
NOW = 1_780_272_000.0  # 2026-06-01T00:00:00Z
TIMES = (NOW - 86_400 * 150, NOW, NOW + 86_400 * 365 * 99, NOW + 86_400 * 365 * 101)

# Few names, so that things meet: most worlds have Ingresses with all that they ask for.
NAMES = st.sampled_from(["a", "a", "b"])
HOSTS = st.sampled_from(["www.gasbugs.com", "www.gasbugs.com", "*.gasbugs.com", "1.2.3.4"])
PATHS = st.sampled_from(["/", "/x", "/x/", "/x/y", "//", "x"])
PORTS = st.sampled_from([80, 80, 80, 8080, 81])
PATH_TYPES = st.sampled_from(["Prefix", "Prefix", "Exact", "Nonsense"])
CREATED = st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
ANNOTATIONS = st.sampled_from(
    [
        None,
        None,
        None,
        {"aiohttp-ingress.dev/ssl-redirect": "false"},
        {"nginx.ingress.kubernetes.io/auth-url": "https://auth.example.com"},
        {"kubernetes.io/ingress.class": "b"},
    ]
)
PAIRS = st.sampled_from(
    [("www", "www"), ("www-newer", "www-newer"), ("expired", "expired"), ("www", "other")]
)


@cache
def pem(name: str) -> SecretBytes:
    return SecretBytes((PKI / name).read_bytes())


def secret_text(_kind: type, value: Any) -> Any:
    return value if isinstance(value, SecretBytes) else SecretBytes(value.encode())


def read(view: type, plain: Mapping[str, Any]) -> Any:
    return msgspec.convert(plain, view, dec_hook=secret_text)


@st.composite
def backends(draw: Any) -> dict[str, Any]:
    port = draw(st.one_of(PORTS.map(lambda n: {"number": n}), st.just({"name": "http"})))
    return {"service": {"name": draw(NAMES), "port": port}}


@st.composite
def ingresses(draw: Any) -> Ingress:
    path = st.fixed_dictionaries({"path": PATHS, "pathType": PATH_TYPES, "backend": backends()})
    rule = st.fixed_dictionaries(
        {"http": st.fixed_dictionaries({"paths": st.lists(path, min_size=1, max_size=3)})},
        optional={"host": HOSTS},
    )
    entry = st.fixed_dictionaries(
        {}, optional={"secretName": NAMES, "hosts": st.lists(HOSTS, max_size=2)}
    )
    spec = st.fixed_dictionaries(
        {},
        optional={
            "rules": st.lists(rule, min_size=1, max_size=2),
            "defaultBackend": backends(),
            "tls": st.lists(entry, min_size=1, max_size=2),
            "ingressClassName": NAMES,
        },
    )
    return read(Ingress, {"metadata": draw(metadata()), "spec": draw(spec)})


@st.composite
def metadata(draw: Any) -> dict[str, Any]:
    found = {"name": "x", "creationTimestamp": draw(CREATED), "annotations": draw(ANNOTATIONS)}
    return {key: value for key, value in found.items() if value is not None}


LEGACY = st.builds(
    lambda name, port: read(
        LegacyIngress,
        {
            "apiVersion": "extensions/v1beta1",
            "metadata": {"name": "x"},
            "spec": {"backend": {"serviceName": name, "servicePort": port}},
        },
    ),
    NAMES,
    PORTS,
)
SERVICES = st.builds(
    lambda port, name, more: read(
        Service,
        {
            "metadata": {"name": "x"},
            "spec": {"ports": [{"port": port, "targetPort": 8080, "name": name}], **more},
        },
    ),
    PORTS,
    st.sampled_from(["http", "http", "web"]),
    st.sampled_from(
        [
            {"selector": {"app": "a"}},
            {"selector": {"app": "a"}},
            {"selector": {"run": "a"}},
            {"sessionAffinity": "ClientIP"},
            {"type": "ExternalName", "externalName": "example.net"},
        ]
    ),
)
SLICES = st.builds(
    lambda name, port, addresses, ready: read(
        EndpointSlice,
        {
            "metadata": {"name": "x", "labels": {"kubernetes.io/service-name": name}},
            "addressType": "IPv4",
            "ports": [{"name": port, "port": 8080}],
            "endpoints": [{"addresses": addresses, "conditions": {"ready": ready}}],
        },
    ),
    NAMES,
    st.sampled_from(["http", "http", "web"]),
    st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2", "nonsense"]), max_size=2),
    st.booleans(),
)
ENDPOINTS = st.builds(
    lambda ip: read(
        Endpoints,
        {
            "metadata": {"name": "x"},
            "subsets": [{"addresses": [{"ip": ip}], "ports": [{"name": "http", "port": 1}]}],
        },
    ),
    st.sampled_from(["10.0.0.8", "10.0.0.9"]),
)
SECRETS = st.builds(
    lambda pair, kind: read(
        Secret,
        {
            "metadata": {"name": "x"},
            "type": kind,
            "stringData": {"tls.crt": pem(f"{pair[0]}.crt"), "tls.key": pem(f"{pair[1]}.key")},
        },
    ),
    PAIRS,
    st.sampled_from(["kubernetes.io/tls", "kubernetes.io/tls", "Nonsense"]),
)
CLASSES = st.builds(
    lambda controller, default: read(
        IngressClass,
        {
            "metadata": {
                "name": "x",
                "annotations": {"ingressclass.kubernetes.io/is-default-class": default},
            },
            "spec": {"controller": controller},
        },
    ),
    st.sampled_from(["aiohttp-ingress.dev/controller", "example.com/other"]),
    st.sampled_from(["true", "false"]),
)
WORKLOADS = st.builds(
    lambda labels: read(
        Workload,
        {
            "kind": "Deployment",
            "metadata": {"name": "x"},
            "spec": {"template": {"metadata": {"labels": labels}}},
        },
    ),
    st.sampled_from([{"app": "a"}, {"app": "b"}, {}]),
)

KEYS = st.builds(ObjectKey, st.just("default"), NAMES)
CHANGES = st.one_of(
    st.tuples(st.just("ingresses"), KEYS, st.one_of(st.none(), ingresses(), LEGACY)),
    st.tuples(st.just("ingresses"), KEYS, ingresses()),
    st.tuples(st.just("services"), KEYS, st.one_of(st.none(), SERVICES, SERVICES)),
    st.tuples(st.just("endpoint_slices"), KEYS, st.one_of(st.none(), SLICES, SLICES)),
    st.tuples(st.just("endpoints"), KEYS, st.one_of(st.none(), ENDPOINTS)),
    st.tuples(st.just("secrets"), KEYS, st.one_of(st.none(), SECRETS, SECRETS, SECRETS)),
    st.tuples(
        st.just("ingress_classes"),
        NAMES.map(lambda name: ObjectKey("", name)),
        st.one_of(st.none(), CLASSES),
    ),
    st.tuples(
        st.just("workloads"),
        KEYS.map(lambda key: ("Deployment", key)),
        st.one_of(st.none(), WORKLOADS),
    ),
)
FULL = st.tuples(
    *(
        st.tuples(st.just(kind), st.just(ObjectKey("default", name)), value)
        for name in ("a", "b")
        for kind, value in (
            ("ingresses", ingresses()),
            ("services", SERVICES),
            ("secrets", SECRETS),
        )
    )
).map(list)
STEPS = st.builds(
    lambda first, rest: [(first, NOW), *rest],
    FULL,
    st.lists(
        st.tuples(st.lists(CHANGES, min_size=1, max_size=3), st.sampled_from(TIMES)),
        min_size=1,
        max_size=8,
    ),
)
"""Histories: a world with something of most kinds, then a few changes at a time."""


def changed(before: Inventory, changes: list[tuple[str, Any, Any]]) -> Inventory:
    """Return the Inventory after some changes; what did not change is shared."""
    edits: dict[str, dict[Any, Any]] = {}
    for kind, key, value in changes:
        edits.setdefault(kind, {})[key] = value
    maps = {kind: Edited(getattr(before, kind), those) for kind, those in edits.items()}
    return msgspec.structs.replace(before, **maps)
