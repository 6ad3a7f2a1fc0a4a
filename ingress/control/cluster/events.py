"""Verdicts in ``kubectl describe``: Events (events.k8s.io/v1) on the objects concerned."""

import asyncio
import logging
import time
from typing import Any, Final

import msgspec
from msgspec import Struct

from ingress.compiler import Build
from ingress.control.cluster.complaints import Complaints
from ingress.control.cluster.election import micro_time
from ingress.control.cluster.newest import Newest
from ingress.control.cluster.notices import Notice, Series, notices
from ingress.control.cluster.pace import Failure, Pace, is_in_trouble
from ingress.settings import CONTROLLER
from ingress.sources.cluster.api import Api, ApiError, ApiUnreachable

log = logging.getLogger(__name__)

LOOK: Final = 60.0
"""Seconds between two looks at verdicts that did not change."""

ROUND: Final = 1.0
"""Seconds between two looks, however often they change."""

AGAIN: Final = 5.0
"""Seconds until what the server would not take is tried again."""

PER_SECOND: Final = 10.0
REQUEST: Final = 10.0

_MAX_INSTANCE: Final = 128


class _EventSeries(Struct, frozen=True):
    count: int = 1


class _Event(Struct, frozen=True):
    series: _EventSeries | None = None


_EVENT: Final = msgspec.json.Decoder(_Event)


class EventWriter:
    """Writes an Event for each verdict of severity error or warning while ``run`` runs."""

    def __init__(self, api: Api, *, instance: str, builds: Newest[Build]) -> None:
        self._api = api
        self._instance = instance[:_MAX_INSTANCE]
        self._builds = builds
        self._series = Series()
        self._pace = Pace(PER_SECOND)
        self._complaints = Complaints(log, "Events")

    async def run(self) -> None:
        """Write what is due, now and after every change, for ever."""
        while True:
            build = await self._builds.get()
            written = await self._write_due(build)
            await asyncio.sleep(ROUND)
            await self._other_verdicts(build, within=LOOK if written else AGAIN)

    async def _other_verdicts(self, than: Build, *, within: float) -> None:
        """Return once a Build says something else, or after some seconds."""
        end = time.monotonic() + within
        newest = than
        while newest.verdicts == than.verdicts and (left := end - time.monotonic()) > 0:
            await self._builds.changed(since=newest, within=left)
            newest = await self._builds.get()

    async def _write_due(self, build: Build) -> bool:
        """Write what is due; false where the server is in no state to take it all."""
        failure: Failure | None = None
        for notice in self._series.due(notices(build), now=time.monotonic()):
            await self._pace.turn()
            try:
                await self._write(notice)
            except (ApiError, ApiUnreachable) as error:
                failure = failure or error
                self._complaints.about(failure)
                if is_in_trouble(error):
                    return False
            self._series.wrote(notice, now=time.monotonic())
        if failure is None:
            self._complaints.none()
        return True

    async def _write(self, notice: Notice) -> None:
        try:
            await self._create(notice)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
            await self._go_on(notice)

    async def _create(self, notice: Notice) -> None:
        event = {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": notice.name, "namespace": _namespace(notice)},
            "eventTime": micro_time(time.time()),
            "reportingController": CONTROLLER,
            "reportingInstance": self._instance,
            "action": "Compile",
            "reason": notice.reason,
            "regarding": notice.regarding,
            "note": notice.note,
            "type": "Warning",
        }
        await self._send("POST", _folder(notice), event, content_type="application/json")

    async def _go_on(self, notice: Notice) -> None:
        """Count one more in the series of an Event that is there."""
        path = f"{_folder(notice)}/{notice.name}"
        found = _EVENT.decode(await self._api.get(path, seconds=REQUEST))
        count = found.series.count if found.series else 1
        series = {"count": count + 1, "lastObservedTime": micro_time(time.time())}
        await self._send(
            "PATCH", path, {"series": series}, content_type="application/merge-patch+json"
        )

    async def _send(self, method: str, path: str, body: Any, *, content_type: str) -> None:
        await self._api.send(
            method,
            path,
            body=msgspec.json.encode(body),
            content_type=content_type,
            seconds=REQUEST,
        )


def _folder(notice: Notice) -> str:
    return f"/apis/events.k8s.io/v1/namespaces/{_namespace(notice)}/events"


def _namespace(notice: Notice) -> str:
    """Return where its Event lives; those about cluster-wide objects live in ``default``."""
    return notice.regarding.namespace or "default"
