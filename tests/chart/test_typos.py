"""A value that the chart does not know, or cannot be, is refused by its name."""

import pytest
from chart.rendering import controller, render, template


def _nested(path: str, value):
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


@pytest.mark.parametrize(
    "path",
    [
        "controler",
        "controller.replicas",
        "controller.image.repo",
        "controller.ingressClassResource.isDefault",
        "controller.containerPort.metrics",
        "controller.service.externaltrafficPolicy",
        "controller.service.ports.grpc",
        "controller.livenessProbe.period",
        "controller.readinessProbe.terminationGracePeriodSeconds",
        "controller.resources.request",
        "controller.admissionWebhooks.enable",
        "controller.metrics.serviceMonitor.enable",
        "serviceAccount.annotation",
        "rbac.secrets",
    ],
)
def test_what_it_does_not_know(program, path):
    done = template(program, _nested(path, "x"))
    assert done.returncode
    assert path.rpartition(".")[2] in done.stderr


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("controller.kind", "StatefulSet"),
        ("controller.replicaCount", "2"),
        ("controller.replicaCount", -1),
        ("controller.service.type", "ExternalName"),
        ("controller.service.ports.http", 70000),
        ("controller.image.digest", "sha256:beef"),
        ("controller.defaultBackend", "front:80"),
        ("controller.defaultCertificate", "wildcard"),
        ("controller.watchNamespaces", ["Shop"]),
        ("controller.ingressClassResource.name", ""),
        ("controller.workers", "many"),
        ("controller.workers", 0),
        ("controller.livenessProbe.terminationGracePeriodSeconds", 0),
        ("controller.accessLog", "text"),
        ("controller.extraArgs", {"--http": ":80"}),
        ("controller.podAnnotations", {"port": 9090}),
        ("controller.admissionWebhooks.failurePolicy", "ignore"),
        ("controller.admissionWebhooks.timeoutSeconds", 31),
        ("controller.podDisruptionBudget.minAvailable", "half"),
    ],
)
def test_what_cannot_be(program, path, value):
    done = template(program, _nested(path, value))
    assert done.returncode
    assert path.rpartition(".")[2] in done.stderr


def test_null_takes_a_default_away(program):
    manifests = render(program, _nested("controller.resources", None))
    assert "resources" not in controller(manifests)["containers"][0]
