"""The proxies under comparison, by name, in the order in which they take turns."""

from benchmarks.ours import Variant
from benchmarks.peers import caddy, envoy, haproxy, nginx
from benchmarks.sites import Start
from benchmarks.tools import CACHE

# A build of ours is one more variant: the interpreter that it is installed for, or a variable.
OURS = (
    Variant(name="ours"),
    Variant(name="compiled", python=str(CACHE / "compiled" / "bin" / "python")),
    Variant(name="full", flags=("--lanes", "full")),
)

PROXIES: dict[str, Start] = {
    **{variant.name: variant.run for variant in OURS},
    "nginx": nginx.run,
    "haproxy": haproxy.run,
    "envoy": envoy.run,
    "caddy": caddy.run,
}
