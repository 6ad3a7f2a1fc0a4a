"""Golden cases: a folder each, manifests in, snapshot and verdicts out.

    manifests.yaml   what a user wrote; begins with a comment that says what the case shows
    before.yaml      optional: what stood there one build earlier
    options.yaml     optional: the compiler's options (any_class is true unless it says otherwise)
    requests.yaml    optional: requests and what the routing table finds for them
    snapshot.json    the compiled Snapshot, redacted
    verdicts.yaml    the verdicts, with the line of manifests.yaml that each points to

The clock stands at NOW. ``UPDATE=1 pytest tests/compiler/test_golden.py`` writes the last two.
"""

from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from ingress.compiler import Build, build_snapshot
from ingress.model.hosts import parse_authority
from ingress.model.inventory import ObjectKey
from ingress.model.paths import normalise_path
from ingress.model.snapshot import BackendRef, Snapshot
from ingress.model.verdict import FieldPath, Verdict
from ingress.routing.table import RoutingTable
from ingress.settings import CompilerOptions
from ingress.sources.manifests import Manifests

FOLDER = Path(__file__).parents[1] / "golden"
NOW = 1_780_272_000.0  # 2026-06-01T00:00:00Z
YAML_FILES = YAML(typ="safe")


class Outcome(msgspec.Struct, frozen=True):
    """What became of a case; ``verdicts`` as verdicts.yaml has them."""

    build: Build
    verdicts: list[dict[str, Any]]


def compile_case(folder: Path) -> Outcome:
    """Build a case's manifests, after those of the build before if there was one."""
    options = read_options(folder)
    before = folder / "before.yaml"
    previous = None
    if before.exists():
        inventory = Manifests([before]).read()
        previous = build_snapshot(inventory, options, now=NOW)
    source = Manifests([folder / "manifests.yaml"])
    build = build_snapshot(source.read(), options, now=NOW, previous=previous)
    return Outcome(build, [plain_verdict(found, source) for found in build.verdicts])


def read_options(folder: Path) -> CompilerOptions:
    """Return the options that a case is compiled with."""
    given = read_yaml(folder / "options.yaml") or {}
    backend, certificate = given.get("default_backend"), given.get("default_certificate")
    return CompilerOptions(
        any_class=given.get("any_class", True),
        ingress_classes=tuple(given.get("ingress_classes", ())),
        default_backend=BackendRef(*backend) if backend else None,
        default_certificate=ObjectKey(*certificate) if certificate else None,
    )


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds, or None where there is none."""
    return YAML_FILES.load(path.read_text()) if path.exists() else None


def plain_verdict(found: Verdict, source: Manifests) -> dict[str, Any]:
    """Return a verdict as verdicts.yaml writes it."""
    location = source.locate(found)
    return {
        "subject": str(found.subject),
        "severity": found.severity.value,
        "reason": found.reason.value,
        "field": written_field(found.field),
        "line": location.line if location else None,
        "message": found.message,
        "mend": found.mend,
    }


def written_field(field: FieldPath) -> str:
    """Write a field as kubectl does: ``spec.rules[0].host``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in field)[1:]


def shown_certificate(table: RoutingTable, name: str) -> dict[str, Any]:
    """Return the Secret whose certificate a client sees that sends this SNI (empty: ours)."""
    return {"sni": name, "certificate": table.certificate_for(name)[0]}


def answer(snapshot: Snapshot, table: RoutingTable, request: str) -> dict[str, Any]:
    """Return what a request finds: its route, what decided, and the endpoints behind it."""
    scheme, _, rest = request.partition("://")
    authority, slash, path = rest.partition("/")
    host = parse_authority(authority) if authority else ("", None)
    if host is None:
        return {"request": request, "status": 400}
    match = table.match(host[0], normalise_path(slash + path.partition("?")[0] or "/"))
    route = match.route
    found = {"request": request, "by": match.decided_by.value}
    if route is None:
        return found | {"status": 404}
    backend = snapshot.backends[str(route.backend)] if route.backend else None
    endpoints = [str(endpoint) for endpoint in backend.endpoints] if backend else []
    clear_text = scheme == "http" and match.server_name is not None
    redirected = clear_text and route.policies.ssl_redirect.enabled
    return found | {
        "status": 308 if redirected else 200 if endpoints else 503,
        "ingress": route.ingress,
        "path": route.written_path,
        "endpoints": endpoints,
    }
