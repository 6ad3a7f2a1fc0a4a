"""The source that reads a cluster: a follower for each kind and namespace, and one desk."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ingress.model.finding import Location
from ingress.model.inventory import Inventory, ObjectKey
from ingress.model.verdict import Verdict
from ingress.sources.cluster.api import session
from ingress.sources.cluster.credentials import Credentials, Where, credentials
from ingress.sources.cluster.patience import CALM, Tempo
from ingress.sources.cluster.reading import Reading


class Cluster:
    """Reads a cluster: all namespaces, or those that are named, where Roles are enough.

    ``secrets`` are read whether an Ingress names them or not.
    """

    def __init__(
        self,
        *,
        kubeconfig: str | None = None,
        context: str | None = None,
        namespaces: Sequence[str] = (),
        secrets: Sequence[ObjectKey] = (),
        tempo: Tempo = CALM,
    ) -> None:
        self._where = Where(kubeconfig, context)
        self._credentials: Credentials | None = None
        self._namespaces = tuple(namespaces)
        self._secrets = tuple(secrets)
        self._tempo = tempo
        self._reading: Reading | None = None

    async def prepare(self) -> None:
        """Find the credentials before they are needed; raises NoCredentialsError."""
        self._credentials = await credentials(self._where)

    async def inventories(self) -> AsyncGenerator[Inventory, None]:
        """Yield the Inventory once every list is in, and again after every change.

        Raises NoCredentialsError. Whatever else goes wrong on the way to the API server is
        logged, and mended in time.
        """
        found = self._credentials or await credentials(self._where)
        async with session(self._where, found) as api:
            self._reading = Reading(
                api,
                namespaces=self._namespaces,
                secrets=self._secrets,
                tempo=self._tempo,
            )
            async with self._reading, aclosing(self._reading.inventories()) as inventories:
                async for inventory in inventories:
                    yield inventory

    def locate(self, verdict: Verdict) -> Location | None:  # noqa: ARG002 - as every source does
        """Find the file that a verdict speaks of: none, here."""
        return None

    def reread(self) -> None:
        """List everything again; what is known stays in force until then."""
        if self._reading:
            self._reading.begin_again()
