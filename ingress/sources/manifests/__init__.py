"""Files and folders of YAML and JSON, read at once and again whenever they change."""

from ingress.sources.manifests.source import Manifests

__all__ = ["Manifests"]
