"""The webhook's certificate, shared by all replicas through a Secret that the leader keeps."""

import asyncio
import base64
import logging
import ssl
import time
from typing import Final

import msgspec

from ingress.control.cluster.applying import NotThereError, apply
from ingress.control.cluster.complaints import Complaints
from ingress.control.cluster.credentials import (
    Credentials,
    credentials_of,
    renewed,
    service_names,
    shown,
)
from ingress.issuer.fallback import fallback_certificate
from ingress.model.inventory import ObjectKey
from ingress.model.objects import ObjectMeta, Secret, View
from ingress.model.secret import secret_text
from ingress.model.snapshot import Certificate, Snapshot
from ingress.proxy.tls import Contexts, build_contexts, listening_context
from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable

log = logging.getLogger(__name__)

LOOK: Final = 10.0
"""Seconds between two looks at the Secret: a new leaf is shown by every replica so soon."""

SOON: Final = 1.0
"""Seconds between two looks while there is no Secret yet."""

REQUEST: Final = 10.0


class ClientConfig(View, frozen=True):
    """Whom the API server calls, and what it trusts."""

    ca_bundle: str = ""


class Webhook(View, frozen=True):
    """One webhook of a configuration."""

    name: str
    client_config: ClientConfig = ClientConfig()


class WebhookConfiguration(View, frozen=True):
    """``admissionregistration.k8s.io/v1`` ValidatingWebhookConfiguration."""

    metadata: ObjectMeta
    webhooks: tuple[Webhook, ...] | None = None


_SECRET: Final = msgspec.json.Decoder(Secret, dec_hook=secret_text)
_CONFIGURATION: Final = msgspec.json.Decoder(WebhookConfiguration)


class WebhookCertificate:
    """What the webhook shows: ``context`` is to listen with, for good.

    Until the Secret is there it shows a certificate that no API server trusts.
    """

    def __init__(self, api: Api, *, service: ObjectKey, webhook: str | None) -> None:
        self._api = api
        self._key = service  # the Secret is called like the Service
        self._folder = f"/api/v1/namespaces/{service.namespace}/secrets"
        self._names = service_names(service)
        self._webhook = webhook
        self._contexts = Contexts()
        self._shown: Certificate | None = None
        self._complaints = Complaints(log, f"Secret {service} of the admission webhook")
        self.context = listening_context(
            fallback_certificate(now=time.time()), lambda _: self._picked()
        )

    async def follow(self) -> None:
        """Show what the Secret holds, for ever; every replica does so."""
        while True:
            try:
                if secret := await self._read():
                    self._show(secret)
                self._complaints.none()
            except (ApiError, ApiUnreachable) as error:
                self._complaints.about(error)
            await asyncio.sleep(LOOK if self._shown else SOON)

    async def keep(self) -> None:
        """Make the Secret, renew it, and have the API server trust it, for ever: the leader's."""
        while True:
            try:
                await self._keep()
                self._complaints.none()
            except (ApiError, ApiUnreachable, NotThereError) as error:
                self._complaints.about(error)
            await asyncio.sleep(LOOK)

    def _show(self, secret: Secret) -> None:
        if certificate := shown(secret):
            snapshot = Snapshot(certificates={str(self._key): certificate})
            self._contexts = build_contexts(snapshot, self._contexts)
            self._shown = certificate

    def _picked(self) -> ssl.SSLContext | None:
        return self._contexts.of(str(self._key), self._shown) if self._shown else None

    async def _keep(self) -> None:
        secret = await self._read()
        new = renewed(secret, self._names, now=time.time())
        kept = new or (credentials_of(secret) if secret else None)
        if kept:
            # The new CA is trusted before anybody shows what it signed.
            await self._have_trusted(kept.bundle)
        if new:
            await self._write(new, secret)
            log.info("Secret %s: the admission webhook has a new certificate", self._key)

    async def _read(self) -> Secret | None:
        try:
            return _SECRET.decode(
                await self._api.get(f"{self._folder}/{self._key.name}", seconds=REQUEST)
            )
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def _write(self, credentials: Credentials, before: Secret | None) -> None:
        """Create or fill the Secret; one that another has changed since is refused (409)."""
        data = credentials.entries()
        if before:
            version = before.metadata.resource_version
            body: dict[str, object] = {"metadata": {"resourceVersion": version}, "data": data}
        else:
            body = {"metadata": {"name": self._key.name}, "type": "Opaque", "data": data}
        await self._api.send(
            "PATCH" if before else "POST",
            f"{self._folder}/{self._key.name}" if before else self._folder,
            body=msgspec.json.encode(body),
            content_type="application/merge-patch+json" if before else "application/json",
            seconds=REQUEST,
        )

    async def _have_trusted(self, bundle: bytes) -> None:
        """Write the caBundle where it is another."""
        if self._webhook is None:
            return
        folder = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
        path = f"{folder}/{self._webhook}"
        found = _CONFIGURATION.decode(await self._api.get(path, seconds=REQUEST))
        wanted = base64.b64encode(bundle).decode()
        webhooks = found.webhooks or ()
        if any(one.client_config.ca_bundle != wanted for one in webhooks):
            fields = {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "ValidatingWebhookConfiguration",
                "metadata": {"name": self._webhook, "uid": found.metadata.uid},
                "webhooks": [
                    {"name": one.name, "clientConfig": {"caBundle": wanted}} for one in webhooks
                ],
            }
            await apply(self._api, path, fields, seconds=REQUEST)
            log.info("caBundle of %s: now our CA's", self._webhook)
