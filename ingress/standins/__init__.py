"""Stand-ins: local programs that play a Deployment's pods, so that manifests work off-cluster.

``plan`` says which pods there would be (pure); ``pods`` runs them; ``answers`` is what they say.
"""

from ingress.standins.pods import StandIns

__all__ = ["StandIns"]
