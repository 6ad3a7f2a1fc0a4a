"""The proxies under comparison, by name, in the order in which they take turns."""

from benchmarks.ours import Variant
from benchmarks.peers import caddy, envoy, haproxy, nginx, traefik
from benchmarks.sites import Start
from benchmarks.tools import CACHE

COMPILED = str(CACHE / "compiled" / "bin" / "python")
# A build of ours is one more variant: the interpreter that it is installed for, or a flag.
OURS = (
    Variant(name="ours", python=COMPILED),
    Variant(name="interpreted"),
    Variant(name="full", python=COMPILED, flags=("--lanes", "full")),
    Variant(name="two", python=COMPILED, workers=2),
)
ON_DEMAND = frozenset({"two"})
"""Those that take part only if they are named."""

PROXIES: dict[str, Start] = {
    **{variant.name: variant.run for variant in OURS},
    "nginx": nginx.run,
    "haproxy": haproxy.run,
    "envoy": envoy.run,
    "caddy": caddy.run,
    "traefik": traefik.run,
}

USUAL = [name for name in PROXIES if name not in ON_DEMAND]
