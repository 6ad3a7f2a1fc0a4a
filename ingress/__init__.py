"""aiohttp-ingress: a Kubernetes Ingress controller whose data plane is aiohttp."""

__version__ = "0.1.0"
