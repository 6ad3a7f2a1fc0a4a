"""Snapshots of every shape, for Hypothesis."""

from hypothesis import strategies as st

from ingress.model.policies import BodyLimit, Policies, SslRedirect, Timeouts
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import (
    Affinity,
    Backend,
    BackendRef,
    Certificate,
    Endpoint,
    Host,
    HostKind,
    MatchKind,
    Route,
    ServerName,
    Shadowed,
    Snapshot,
)

words = st.sampled_from(["", "a", "b.c", "*.b", "default/x", "ü"])
numbers = st.integers(1, 65_535)
some_words = st.lists(words, max_size=3).map(tuple)

policies = st.builds(
    Policies,
    ssl_redirect=st.builds(SslRedirect, enabled=st.booleans(), origin=words),
    timeouts=st.builds(Timeouts, connect=st.floats(0, 1e6), origin=words),
    body_limit=st.builds(BodyLimit, max_bytes=st.integers(0, 2**63 - 1)),
)
backend_refs = st.builds(BackendRef, namespace=words, service=words, port=st.one_of(numbers, words))
routes = st.builds(
    Route,
    ingress=words,
    path=words,
    kind=st.sampled_from(MatchKind),
    written_path=words,
    path_type=words,
    backend=st.none() | backend_refs,
    policies=policies,
    refused=words,
)
shadowed = st.builds(Shadowed, ingress=words, path=words, path_type=words, winner=words)
hosts = st.builds(
    Host,
    pattern=words,
    kind=st.sampled_from(HostKind),
    routes=st.lists(routes, max_size=2).map(tuple),
    fallback=st.none() | routes,
    shadowed=st.lists(shadowed, max_size=1).map(tuple),
)
endpoints = st.builds(Endpoint, address=words, port=numbers, target=words)
backends = st.builds(
    Backend,
    key=words,
    endpoints=st.lists(endpoints, max_size=2).map(tuple),
    affinity=st.sampled_from(Affinity),
    problem=words,
)
certificates = st.builds(
    Certificate,
    fingerprint=words,
    chain=st.binary(max_size=5),
    key=st.binary(max_size=5).map(SecretBytes),
    names=some_words,
    not_before=st.floats(0, 1e10),
    not_after=st.floats(0, 1e10),
    key_type=words,
)
server_names = st.builds(ServerName, certificate=words, ssl_redirect=st.booleans())


def maps(values):
    return st.dictionaries(words, values, max_size=3)


snapshots = st.builds(
    Snapshot,
    hosts=maps(hosts),
    backends=maps(backends),
    certificates=maps(certificates),
    server_names=maps(server_names),
    default_certificate=words,
    fallback=st.none() | routes,
    default_backend=st.none() | routes,
)
