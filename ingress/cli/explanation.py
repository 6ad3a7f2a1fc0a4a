"""An explanation (the JSON of ``/explain``) as text for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from ingress.cli.terminal import BAD, DOUBTFUL, FAINT, GOOD, STRONG, Printer
from ingress.model.snapshot import Endpoint
from ingress.model.units import format_duration

_WIDTH = 14
_MEANINGS: Final = {
    200: "goes to an endpoint",
    308: "redirect to https",
    400: "refused: the host, the port or the path is malformed",
    404: "nothing takes it",
    503: "its route has no endpoint",
}


def as_json(said: Mapping[str, Any], printer: Printer) -> None:
    """Write it as ``/explain`` does."""
    printer.line(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())


def as_text(said: Mapping[str, Any], printer: Printer, *, question: str) -> None:
    """Write the question, the status and one line for each thing that is known."""
    status = said["status"]
    style = GOOD if status < 400 else DOUBTFUL if status == 404 else BAD
    printer.line(f"{printer.style(question, STRONG)}  →  {printer.style(_meaning(status), style)}")
    for label, text in _lines(said):
        printer.line(f"  {printer.style(label.ljust(_WIDTH), FAINT)}{text}")


def _meaning(status: int) -> str:
    return f"{status} ({_MEANINGS[status]})" if status in _MEANINGS else str(status)


def _lines(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if host := said.get("host"):
        yield "host", f"{host['pattern'] or 'any host'} ({host['kind']})"
    if route := said.get("route"):
        yield from _route(route)
    if decided := said.get("decidedBy"):
        yield "decided by", str(decided)
    for place, loser in enumerate(said.get("losers") or ()):
        names = (loser["ingress"], loser["host"], loser["path"], loser["pathType"])
        text = "  ".join(str(name) for name in names if name)
        yield "" if place else "losers", f"{text}: {loser['reason']}"
    if nearest := said.get("nearest"):
        yield "nearest", ", ".join(map(str, nearest))
    if certificate := said.get("certificate"):
        yield "certificate", _certificate(certificate)


def _route(route: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = (route["ingress"] or "--default-backend", route["path"], route["pathType"])
    yield "route", "  ".join(name for name in names if name)
    backend = route.get("backend")
    yield "backend", f"{backend['service']}:{backend['port']}" if backend else "none"
    endpoints: Sequence[Mapping[str, Any]] = route.get("endpoints") or ()
    yield "endpoints", ", ".join(map(_endpoint, endpoints)) or f"none: {route.get('problem')}"
    if chosen := route.get("chosen"):
        yield "this client's", _endpoint(chosen)
    for place, (name, policy) in enumerate((route.get("policies") or {}).items()):
        yield "" if place else "policies", f"{name}: {_policy(policy)}"


def _endpoint(endpoint: Mapping[str, Any]) -> str:
    where = str(Endpoint(address=endpoint["address"], port=endpoint["port"]))
    return f"{where} ({endpoint['target']})" if endpoint.get("target") else where


def _policy(policy: Mapping[str, Any]) -> str:
    """Write ``connect 5s, read 1m (default)``; floats are seconds, and the origin comes last."""
    parts = [f"{name} {_value(value)}" for name, value in policy.items() if name != "origin"]
    return f"{', '.join(parts)} ({policy.get('origin')})"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_duration(value) if isinstance(value, float) else str(value)


def _certificate(certificate: Mapping[str, Any]) -> str:
    secret, names = certificate.get("secret"), certificate.get("names") or ()
    until = f", until {certificate['notAfter']}" if certificate.get("notAfter") else ""
    made = f"Secret {secret} for {', '.join(names)}{until}" if secret else "self-made"
    return f"{made} ({certificate['decidedBy']})"
