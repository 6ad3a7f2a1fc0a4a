"""Server-side apply: fields of an object that are ours, and nothing else of it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ingress.sources.cluster.api import Api, ApiError

FIELD_MANAGER: Final = "aiohttp-ingress"
"""How ``metadata.managedFields`` calls us."""

_APPLY: Final = {"fieldManager": FIELD_MANAGER, "force": "true"}


class NotThereError(Exception):
    """The object is gone, or a namesake has taken its place."""


async def apply(api: Api, path: str, fields: Mapping[str, Any], *, seconds: float) -> None:
    """Own these fields with these values, and drop those that we owned before.

    The fields name the object's ``metadata.uid``, or one that is missing would be made. Raises
    NotThereError, ApiError or ApiUnreachable.
    """
    try:
        await api.send(
            "PATCH",
            path,
            body=msgspec.json.encode(fields),
            content_type="application/apply-patch+yaml",  # JSON is YAML
            query=_APPLY,
            seconds=seconds,
        )
    except ApiError as error:
        namesake = error.status == 422 and "metadata.uid" in error.message
        if namesake or error.status in {404, 409}:
            raise NotThereError(str(error)) from error
        raise
