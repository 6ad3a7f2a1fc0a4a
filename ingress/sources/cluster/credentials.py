"""Which API server, and what it believes: a kubeconfig, or what a pod is given.

Reading either is kubernetes_asyncio's, exec plugins and the refresh of tokens included.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

from kubernetes_asyncio.client.configuration import Configuration
from kubernetes_asyncio.config.config_exception import ConfigException
from kubernetes_asyncio.config.incluster_config import (
    SERVICE_CERT_FILENAME,
    SERVICE_TOKEN_FILENAME,
    InClusterConfigLoader,
)

_SHOWN: Final = 300
# The library names a node of a kubeconfig by its content, tokens and keys included.
_CONTENT: Final = re.compile(r"\{.*\}|\[.*\]", re.DOTALL)


class NoCredentialsError(Exception):
    """There is no way to an API server; ``mend`` says what to do about it."""

    def __init__(self, message: str, *, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


class Where(NamedTuple):
    """Where credentials are: a kubeconfig and a context of it, or the folder that a pod is given.

    Without either it is what this pod is given, and outside of one the kubeconfig of kubectl.
    """

    kubeconfig: str | None = None
    context: str | None = None
    token_file: str = SERVICE_TOKEN_FILENAME
    ca_file: str = SERVICE_CERT_FILENAME


class Credentials(NamedTuple):
    """The library's configuration of a connection, and the namespace that goes with it."""

    configuration: Configuration
    namespace: str

    @property
    def way(self) -> tuple[object, ...]:
        """What a connection is made with; equal ones can go on with the same connections."""
        it = self.configuration
        tls = (it.ssl_ca_cert, it.cert_file, it.key_file, it.verify_ssl, it.tls_server_name)
        return (it.host, it.proxy, *tls)

    async def authorization(self) -> str | None:
        """Return the value of the Authorization header; a pod's token is read again when due."""
        key = await self.configuration.get_api_key_with_prefix("BearerToken")
        return key.strip() if key else None


async def credentials(where: Where) -> Credentials:
    """Read the credentials, running an exec plugin where there is one.

    Raises NoCredentialsError.
    """
    in_pod = _is_there(where.token_file) and not (where.kubeconfig or where.context)
    return _of_pod(where) if in_pod else await _of_kubeconfig(where)


async def _of_kubeconfig(where: Where) -> Credentials:
    from kubernetes_asyncio.config.kube_config import (  # noqa: PLC0415 - a pod needs none of it
        KUBE_CONFIG_DEFAULT_LOCATION,
        load_kube_config,
    )

    paths = where.kubeconfig or KUBE_CONFIG_DEFAULT_LOCATION
    if not _is_there(paths):
        raise NoCredentialsError(
            f"there is no kubeconfig at {paths}, and this is no pod of a cluster",
            mend="name one with --kubeconfig or KUBECONFIG, or serve files with -f",
        )
    configuration = _configuration()
    try:
        loader = await load_kube_config(
            config_file=paths,
            context=where.context,
            client_configuration=configuration,
            persist_config=False,
        )
        chosen = loader.current_context or {}
    except Exception as error:  # noqa: BLE001 - any shape raises anything
        raise NoCredentialsError(
            f"the kubeconfig {paths} cannot be used: {_said(error)}",
            mend="see whether `kubectl --kubeconfig … version` likes it, and whether --context"
            " names one of `kubectl config get-contexts`",
        ) from None
    return Credentials(configuration, chosen.get("context", {}).get("namespace") or "default")


def _of_pod(where: Where) -> Credentials:
    configuration = _configuration()
    try:
        InClusterConfigLoader(where.token_file, where.ca_file).load_and_set(configuration)
    except (ConfigException, OSError) as error:
        raise NoCredentialsError(
            f"what this pod is given to reach the API server cannot be used: {_said(error)}",
            mend="give the pod a service account (automountServiceAccountToken), or --kubeconfig",
        ) from error
    namespace = Path(where.token_file).with_name("namespace")
    return Credentials(configuration, namespace.read_text().strip() if namespace.is_file() else "")


def _configuration() -> Configuration:
    configuration = Configuration()
    # From 3.13 on Python refuses authorities without an extension that many clusters leave out.
    configuration.disable_strict_ssl_verification = True
    return configuration


def _is_there(paths: str) -> bool:
    return any(Path(path).expanduser().is_file() for path in paths.split(":") if path)


def _said(error: Exception) -> str:
    """Return what the library says, without the parts of the file that it quotes."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{error.filename} is not there"
    return _CONTENT.sub("…", str(error) or type(error).__name__)[:_SHOWN]
