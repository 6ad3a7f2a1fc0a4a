"""Where an explanation comes from: objects compiled here, or a running ingress."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.once import compiled
from ingress.cli.remote import explanation
from ingress.control.questions import QuestionError, read_question
from ingress.explain import Served, explain
from ingress.policies import PublicPorts
from ingress.routing import RoutingTable
from ingress.settings import Settings

Query: TypeAlias = Mapping[str, Sequence[str]]
Answer: TypeAlias = tuple[Mapping[str, Any], ExitCode]


def query_of(url: str, *, method: str, headers: Sequence[str], client: str | None) -> Query:
    """Return the question as the admin address takes it."""
    query = {"url": [url], "method": [method], "header": list(headers)}
    return query | ({"client": [client]} if client else {})


def ask_admin(admin: str, query: Query) -> Answer:
    """Ask a running ingress; raises Mistake."""
    return explanation(admin, query), ExitCode.FINE


def ask_objects(query: Query, flags: Mapping[str, Any]) -> Answer:
    """Compile manifests or a cluster and ask the very table that would serve; raises Mistake."""
    try:
        asked = read_question(query)
    except QuestionError as error:
        raise Mistake(str(error), mend=_for_flags(error.mend)) from error
    made = compiled(flags)
    snapshot = made.build.snapshot
    settings = made.run.settings
    served = Served(
        snapshot=snapshot,
        table=RoutingTable.build(snapshot),
        trusted_proxies=settings.proxy.trusted_proxies,
        ports=_ports(settings),
    )
    return msgspec.to_builtins(explain(asked, served)), made.exit_code()


def _ports(settings: Settings) -> PublicPorts:
    proxy, listeners = settings.proxy, settings.https
    ports = PublicPorts(http=proxy.public_http_port, https=proxy.public_https_port)
    return ports._replace(https_listener=listeners[0].port) if listeners else ports


def _for_flags(mend: str) -> str:
    """Say of flags what is meant for a query string."""
    for parameter, flag in {
        "header=Name:value": "-H 'Name: value'",
        "client=": "--client ",
    }.items():
        mend = mend.replace(parameter, flag)
    return mend
