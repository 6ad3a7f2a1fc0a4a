"""kubernetes_asyncio without its 1,500 modules of typed models, which nothing here uses.

Its packages import everything that they have at once: 0.3 s and 39 MB before the first request
(docs/decisions/0025). Here a package is opened, that is its ``__init__`` is run, when somebody
asks for a name that none of its modules has: a module's own ``__getattr__`` (PEP 562) does so,
and nobody who imports the library as it is documented can tell the difference.

So is urllib3, a client that it imports and has one function of, for passwords.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any, Final

_HOMES: Final[Mapping[str, Mapping[str, str]]] = {
    "kubernetes_asyncio": {},
    "kubernetes_asyncio.client": {
        "ApiClient": "kubernetes_asyncio.client.api_client",
        "Configuration": "kubernetes_asyncio.client.configuration",
    },
    "kubernetes_asyncio.client.models": {},
    "kubernetes_asyncio.config": {},
    "urllib3": {},
}
"""The packages that stay unopened, parents first, and where the names are that others want."""


def leave_unopened() -> None:
    """Register the packages, unless somebody imported them before."""
    for name, homes in _HOMES.items():
        if name not in sys.modules:
            _register(name, homes)


def _register(name: str, homes: Mapping[str, str]) -> None:
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = module_from_spec(spec)
    loader = spec.loader

    def lookup(attribute: str) -> Any:
        if attribute in homes:
            return getattr(import_module(homes[attribute]), attribute)
        if find_spec(f"{name}.{attribute}"):
            return import_module(f"{name}.{attribute}")
        if vars(module).pop("__getattr__", None):
            loader.exec_module(module)
        return getattr(module, attribute)

    vars(module)["__getattr__"] = lookup
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
