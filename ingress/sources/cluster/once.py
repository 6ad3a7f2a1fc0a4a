"""A cluster, read once: for the commands that look and serve nothing."""

import asyncio
from collections.abc import Iterable, Sequence

from ingress.model.inventory import Inventory, ObjectKey
from ingress.sources.cluster.api import Api, ApiError, connected
from ingress.sources.cluster.kinds import INGRESS_CLASSES, SECRETS
from ingress.sources.cluster.listing import Scope, paged, scopes
from ingress.sources.cluster.messages import Reader
from ingress.sources.cluster.named import Wanted, read_named
from ingress.sources.cluster.permission import is_forbidden, not_permitted
from ingress.sources.fold import Event, fold


async def read_once(
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
    namespaces: Sequence[str] = (),
    secrets: Iterable[ObjectKey] = (),
) -> Inventory:
    """Return what there is now.

    IngressClasses and Secrets that may not be listed are verdicts of it. Raises
    NoCredentialsError, ApiUnreachable, or ApiError for any other refusal.
    """
    wanted = Wanted(secrets, namespaces)
    async with connected(kubeconfig=kubeconfig, context=context) as api:
        several = await asyncio.gather(
            *(_listed(api, scope, wanted) for scope in scopes(namespaces))
        )
        inventory = fold(Inventory(), (event for events in several for event in events))
        return fold(inventory, await read_named(api, wanted.of(inventory)))


async def _listed(api: Api, scope: Scope, wanted: Wanted) -> list[Event]:
    try:
        return [event async for events in paged(api, scope, Reader(scope.kind)) for event in events]
    except ApiError as error:
        if not is_forbidden(error) or scope.kind not in {INGRESS_CLASSES, SECRETS}:
            raise
        if scope.kind is SECRETS:
            wanted.unlisted.add(scope.namespace)
        return [not_permitted(scope, error)]
