"""What single objects say, read before the whole is there.

At a start most objects come long before the last one does. What each says by itself is the half of
the work, and can be done while the others are on their way.
"""

from ingress.compiler.certificates import Read, read_certificate
from ingress.compiler.claims import Claims
from ingress.compiler.reading import read_ingress
from ingress.model.inventory import ObjectKey, Partial
from ingress.model.legacy import LegacyIngress
from ingress.model.objects import Ingress, Secret
from ingress.model.policies import Policies


class Ahead:
    """Objects, and what they were found to say; it holds for the very same objects."""

    def __init__(self, defaults: Policies) -> None:
        self._defaults = defaults
        self._ingresses: dict[ObjectKey, tuple[Ingress | LegacyIngress, Claims]] = {}
        self._secrets: dict[ObjectKey, tuple[Secret, Read]] = {}

    def read(self, coming: Partial) -> None:
        """Read some more objects."""
        for key, ingress in coming.ingresses.items():
            self._ingresses[key] = ingress, read_ingress(key, ingress, self._defaults)
        for key, secret in coming.secrets.items():
            self._secrets[key] = secret, read_certificate(key, secret)

    def ingress(self, key: ObjectKey, written: Ingress | LegacyIngress) -> Claims:
        """Return what an Ingress asks for, read now if it was not before."""
        found = self._ingresses.get(key)
        if found and found[0] is written:
            return found[1]
        return read_ingress(key, written, self._defaults)

    def secret(self, key: ObjectKey, written: Secret) -> Read:
        """Return what a Secret holds, likewise."""
        found = self._secrets.get(key)
        return found[1] if found and found[0] is written else read_certificate(key, written)
