"""Views of the workloads behind a Service: for stand-ins, and for a selector that finds nothing.

Source: the Kubernetes API reference, v1.37 (``apps/v1``, ``v1`` Pod).
"""

from ingress.model.objects import Labels, ObjectMeta, View


class ContainerPort(View, frozen=True):
    """A port that a container says it listens on."""

    container_port: int
    name: str | None = None
    protocol: str = "TCP"


class Container(View, frozen=True):
    """A container's name and ports."""

    name: str = ""
    ports: tuple[ContainerPort, ...] | None = None


class PodSpec(View, frozen=True):
    """``spec`` of a Pod."""

    containers: tuple[Container, ...] | None = None


class PodTemplateMeta(View, frozen=True):
    """``metadata`` of a pod template, which has no name."""

    labels: Labels | None = None


class PodTemplate(View, frozen=True):
    """``spec.template`` of a workload."""

    metadata: PodTemplateMeta = PodTemplateMeta()
    spec: PodSpec = PodSpec()


class WorkloadSpec(View, frozen=True):
    """``spec`` of a Deployment, StatefulSet, ReplicaSet or DaemonSet."""

    replicas: int | None = None
    template: PodTemplate = PodTemplate()


class Workload(View, frozen=True):
    """A Deployment, StatefulSet, ReplicaSet or DaemonSet of ``apps/v1``, or a bare Pod.

    A Pod is read as the template of itself, so that selectors have one thing to look at.
    """

    metadata: ObjectMeta
    kind: str
    spec: WorkloadSpec = WorkloadSpec()
