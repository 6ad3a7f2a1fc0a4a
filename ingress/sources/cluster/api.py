"""The one place that speaks to an API server: bytes in, bytes out.

What the library raises becomes ApiError or ApiUnreachable here and nowhere else. No message of
either holds a credential.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import msgspec
from kubernetes_asyncio.client.rest import RESTClientObject
from msgspec import Struct

from ingress import __version__
from ingress.sources.cluster.credentials import (
    Credentials,
    NoCredentialsError,
    Where,
    credentials,
)

Query = Mapping[str, str]

CONNECT_SECONDS: Final = 5.0
"""How long a connection to the API server may take to come about."""

_SHOWN: Final = 300
_HEADERS: Final = {
    "Accept": "application/json",
    # Compressed lists save the network what they cost both ends in CPU time.
    "Accept-Encoding": "identity",
    "User-Agent": f"aiohttp-ingress/{__version__}",
}


class ApiError(Exception):
    """The API server refused: an HTTP status, the reason of its ``Status`` object, its message.

    ``retry_after`` is in seconds, where it asks for patience.
    """

    def __init__(
        self, status: int, *, reason: str, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after


class ApiUnreachable(Exception):
    """No whole answer came: no connection, a broken one, or silence for too long."""


class Api:
    """A session with one API server; made by ``connected``.

    Credentials that are refused (401) are read again, once for all who wait, and the request is
    sent again.
    """

    def __init__(self, where: Where, credentials: Credentials) -> None:
        self._where = where
        self._renewing = asyncio.Lock()
        self._credentials = credentials
        self._server = _server(credentials)
        self._rest = RESTClientObject(credentials.configuration)

    @property
    def server(self) -> str:
        """The API server's URL."""
        return self._server

    @property
    def namespace(self) -> str:
        """The namespace of the context, or the pod's own; empty where none is known."""
        return self._credentials.namespace

    async def get(self, path: str, *, query: Query | None = None, seconds: float) -> bytes:
        """Return the body; ``seconds`` is for all of it. Raises ApiError or ApiUnreachable."""
        return await self._whole("GET", path, query=query, seconds=seconds)

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes,
        content_type: str = "application/json",
        query: Query | None = None,
        seconds: float,
    ) -> bytes:
        """Return the answer's body; as ``get`` does, for what changes something."""
        return await self._whole(
            method, path, body=body, content_type=content_type, query=query, seconds=seconds
        )

    async def watch(
        self, path: str, *, query: Query, idle_seconds: float
    ) -> AsyncGenerator[bytes, None]:
        """Yield whole lines as they arrive, those that come together at once.

        Ends when the server ends it. Raises ApiError, or ApiUnreachable, after ``idle_seconds``
        of silence too.
        """
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=idle_seconds)
        async with self._answer("GET", path, query=query, timeout=timeout) as answer:
            rest = b""
            async for chunk in answer.content.iter_any():
                lines, newline, end = chunk.rpartition(b"\n")
                if newline:
                    lines, rest = rest + lines, end
                    yield lines
                else:
                    rest += chunk
                del chunk, lines  # a watch waits for long, and holds nothing meanwhile

    async def close(self) -> None:
        """End the session."""
        await self._rest.close()
        await asyncio.sleep(0)  # in the loop's next turn the sockets are closed

    async def _whole(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        query: Query | None,
        body: bytes | None = None,
        content_type: str | None = None,
    ) -> bytes:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        arguments = {"query": query, "timeout": timeout, "body": body, "content_type": content_type}
        async with self._answer(method, path, **arguments) as answer:
            return await answer.read()

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, **arguments: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield an answer that is none of the refusals; what breaks while it is read counts."""
        try:
            answer = await self._accepted(method, path, **arguments)
            async with answer:
                if answer.status >= 300:
                    raise _refusal(answer, await answer.read())
                try:
                    yield answer
                finally:
                    _let_go(answer)
        except TimeoutError as error:
            raise ApiUnreachable(f"{self._server} has not answered {path} in time") from error
        except (aiohttp.ClientError, OSError) as error:
            said = str(error) or type(error).__name__
            raise ApiUnreachable(f"{self._server} cannot be reached: {said[:_SHOWN]}") from error

    async def _accepted(self, method: str, path: str, **arguments: Any) -> aiohttp.ClientResponse:
        used = self._credentials
        answer = await self._request(method, path, **arguments)
        if answer.status != 401:
            return answer
        answer.release()
        async with self._renewing:
            if self._credentials is used:
                await self._renew()
        return await self._request(method, path, **arguments)

    async def _renew(self) -> None:
        """Read the credentials again; a new token alone leaves the connections as they are."""
        try:
            found = await credentials(self._where)
        except NoCredentialsError as error:
            message = f"{self._server} refused the credentials, and {error}"
            raise ApiUnreachable(message) from error
        if found.way != self._credentials.way:
            await self._rest.close()
            self._rest = RESTClientObject(found.configuration)
        self._server = _server(found)
        self._credentials = found

    async def _request(
        self,
        method: str,
        path: str,
        *,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's, which knows of silence too
        query: Query | None = None,
        body: bytes | None = None,
        content_type: str | None = None,
    ) -> aiohttp.ClientResponse:
        authorization = await self._credentials.authorization()
        own = {"Authorization": authorization, "Content-Type": content_type}
        return await self._rest.pool_manager.request(
            method,
            self._server + path,
            params=query,
            data=body,
            headers=_HEADERS | {name: value for name, value in own.items() if value},
            timeout=timeout,
            allow_redirects=False,
            proxy=self._rest.proxy,
            server_hostname=self._rest.server_hostname,
        )


@asynccontextmanager
async def connected(
    *, kubeconfig: str | None = None, context: str | None = None
) -> AsyncIterator[Api]:
    """Yield an Api with the credentials of a kubeconfig, or of this pod; nothing is sent yet.

    Raises NoCredentialsError.
    """
    where = Where(kubeconfig, context)
    async with session(where, await credentials(where)) as api:
        yield api


@asynccontextmanager
async def session(where: Where, found: Credentials) -> AsyncIterator[Api]:
    """Yield an Api with credentials that were found there before."""
    api = Api(where, found)
    try:
        yield api
    finally:
        await api.close()


def _let_go(answer: aiohttp.ClientResponse) -> None:
    """End the connection of a watch at once: nobody waits for TLS's goodbye."""
    connection = answer.connection  # none, where the answer was read to its end
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


def _server(credentials: Credentials) -> str:
    return str(credentials.configuration.host).rstrip("/")


class _Details(Struct, frozen=True, rename="camel"):
    retry_after_seconds: float | None = None


class Status(Struct, frozen=True):
    """What the API server says of a request that failed (``meta/v1`` Status)."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: _Details | None = None

    def error(self, *, retry_after: float | None = None) -> ApiError:
        """Return it as the exception that it is."""
        asked = self.details.retry_after_seconds if self.details else None
        return ApiError(
            self.code,
            reason=self.reason,
            message=self.message[:_SHOWN],
            retry_after=retry_after if retry_after is not None else asked,
        )


_STATUS: Final = msgspec.json.Decoder(Status)


def _refusal(answer: aiohttp.ClientResponse, body: bytes) -> ApiError:
    try:
        status = _STATUS.decode(body)
    except msgspec.DecodeError:  # it may be anything that stands before the API server
        status = Status(message=body.decode(errors="replace"))
    said = Status(
        code=answer.status,
        reason=status.reason or answer.reason or "",
        message=status.message.strip(),
        details=status.details,
    )
    seconds = answer.headers.get("Retry-After", "")
    return said.error(retry_after=float(seconds) if seconds.isdecimal() else None)
