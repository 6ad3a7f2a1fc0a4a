"""What all requests of the express lane share."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from ingress.proxy.admission import Admission, Errand, Fixtures
from ingress.proxy.downstream.gate import Gate
from ingress.proxy.express.transit import Transit
from ingress.proxy.failures import Failure, FailureKind
from ingress.settings import ProxySettings

log: Final = logging.getLogger(__name__)


class ExpressLane:
    """Begins requests; from then on each is a Transit, which lives by callbacks."""

    def __init__(self, settings: ProxySettings, fixtures: Fixtures, admission: Admission) -> None:
        self.settings = settings
        self.max_header_bytes = settings.max_header_bytes
        self.fixtures = fixtures
        self.idle = fixtures.upstreams.idle
        self.recorder = fixtures.recorder
        self.admission = admission
        self._tunnels: set[asyncio.Task[None]] = set()

    def begin(self, gate: Gate) -> None:
        """Serve a gate's request."""
        transit = gate.carrier = Transit(self, gate)
        try:
            errand = self.admission.admit(transit)
            if isinstance(errand, Errand):
                transit.send(errand)
            else:
                transit.reply(errand)
        except Failure as failure:
            transit.fail(failure)
        except Exception as error:
            log.exception("request %s: this is a bug of ours", transit.record.request_id)
            transit.fail(Failure(FailureKind.INTERNAL, repr(error)))

    def keep(self, tunnel: Coroutine[Any, Any, None]) -> None:
        """Run a tunnel, the only thing here that is a task."""
        task = asyncio.create_task(tunnel, name="tunnel")
        self._tunnels.add(task)
        task.add_done_callback(self._tunnels.discard)
