"""How long the compiler takes: from scratch, and for one change of each kind.

    python benchmarks/compile.py [INGRESSES]

CPU time of this process, medians; nothing is sent anywhere.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator

from msgspec import structs

from ingress.compiler import Build, build_snapshot
from ingress.model.codec import diff
from ingress.model.edited import Edited
from ingress.model.inventory import EMPTY, Inventory, ObjectKey
from ingress.model.objects import (
    SERVICE_NAME_LABEL,
    EndpointPort,
    EndpointSlice,
    HTTPIngressPath,
    HTTPIngressRuleValue,
    Ingress,
    IngressBackend,
    IngressRule,
    IngressServiceBackend,
    IngressSpec,
    ObjectMeta,
    Service,
    ServiceBackendPort,
    ServicePort,
    ServiceSpec,
    SliceEndpoint,
)
from ingress.settings import CompilerOptions

NOW = 1_767_225_600.0
OPTIONS = CompilerOptions(any_class=True)
ROUNDS = 21


def key(n: int) -> ObjectKey:
    """Return the key of the n-th object of each kind."""
    return ObjectKey(f"team-{n % 50}", f"app-{n}")


def meta(n: int, **more: object) -> ObjectMeta:
    """Return its metadata."""
    return ObjectMeta(name=f"app-{n}", namespace=f"team-{n % 50}", **more)  # type: ignore[arg-type]


def ingress(n: int, path: str = "/") -> Ingress:
    """Return the n-th Ingress: one host, one path."""
    port = ServiceBackendPort(number=80)
    backend = IngressBackend(service=IngressServiceBackend(name=f"app-{n}", port=port))
    paths = (HTTPIngressPath(path=path, path_type="Prefix", backend=backend),)
    rule = IngressRule(host=f"app-{n}.example.com", http=HTTPIngressRuleValue(paths=paths))
    created = f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"
    return Ingress(metadata=meta(n, creation_timestamp=created), spec=IngressSpec(rules=(rule,)))


def service(n: int, port: int = 80) -> Service:
    """Return the n-th Service."""
    ports = (ServicePort(port=port, target_port=8080),)
    return Service(metadata=meta(n), spec=ServiceSpec(selector={"app": f"app-{n}"}, ports=ports))


def slice_of(n: int, last: int = 1) -> EndpointSlice:
    """Return the EndpointSlice of the n-th Service: two endpoints."""
    addresses = (f"10.{n // 250}.{n % 250}.{last}", f"10.{n // 250}.{n % 250}.9")
    return EndpointSlice(
        metadata=meta(n, labels={SERVICE_NAME_LABEL: f"app-{n}"}),
        address_type="IPv4",
        ports=(EndpointPort(port=8080),),
        endpoints=tuple(SliceEndpoint(addresses=(address,)) for address in addresses),
    )


def inventory(count: int) -> Inventory:
    """Return an Inventory of so many Ingresses, each with its own Service."""
    return Inventory(
        ingresses=Edited(EMPTY, {key(n): ingress(n) for n in range(count)}),
        services=Edited(EMPTY, {key(n): service(n) for n in range(count)}),
        endpoint_slices=Edited(EMPTY, {key(n): slice_of(n) for n in range(count)}),
    )


def changes(base: Inventory, n: int) -> Iterator[tuple[str, Inventory]]:
    """Yield each kind of change to object ``n``; the maps are copied before the clock starts."""

    def with_(kind: str, value: object) -> Inventory:
        return structs.replace(base, **{kind: Edited(getattr(base, kind), {key(n): value})})

    yield "an Ingress's path", with_("ingresses", ingress(n, "/new"))
    yield "an Ingress is new", with_("ingresses", ingress(n + 1_000_000))
    yield "an endpoint", with_("endpoint_slices", slice_of(n, last=7))
    yield "a Service's port", with_("services", service(n, port=81))
    yield "nothing", structs.replace(base)


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the CPU time that some work takes, in milliseconds."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    base = inventory(count)
    gc.collect()
    scratch = [cpu_ms(lambda: build_snapshot(base, OPTIONS, now=NOW)) for _ in range(5)]
    print(f"{count} Ingresses, {count} Services, {2 * count} endpoints")
    print(f"  from scratch      {statistics.median(scratch):8.1f} ms")
    before = build_snapshot(base, OPTIONS, now=NOW)
    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        for name, after in changes(base, turn * 97 % count):
            times.setdefault(name, []).append(cpu_ms(lambda: step(after, before)))  # noqa: B023
    for name, taken in times.items():
        print(f"  {name:18}{statistics.median(taken):8.2f} ms   (most {max(taken):.2f})")


def step(after: Inventory, before: Build) -> None:
    """Compile a change and find what a worker is to be sent."""
    made = build_snapshot(after, OPTIONS, now=NOW, previous=before)
    diff(before.snapshot, made.snapshot)


if __name__ == "__main__":
    main()
