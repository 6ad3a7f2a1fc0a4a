"""Every case of the matrix, by both Helms: objects that the API server takes, pods that may run."""

import kubernetes_validate
import pytest
from chart.cases import CASES
from chart.rendering import (
    NAMESPACE,
    controller,
    flags,
    of_kind,
    pods,
    render,
    template,
    the,
)

from ingress.cli.options import OPTIONS

KUBERNETES = "1.37"
OURS = {"controller", "answers"}
PROBES = ("startup", "liveness", "readiness")
CUSTOM = {"ServiceMonitor"}  # of the Prometheus operator: Kubernetes has no schema for it
BEYOND_RESTRICTED = {"one on every node, with its ports"}


@pytest.fixture(params=CASES, scope="module")
def manifests(request, program):
    return render(program, CASES[request.param])


def test_kubernetes_has_each_field(manifests):
    for manifest in manifests:
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_names_and_labels_are_as_charts_have_them(manifests):
    names = [
        (it["kind"], it["metadata"].get("namespace"), it["metadata"]["name"]) for it in manifests
    ]
    assert len(set(names)) == len(names)
    for manifest in manifests:
        metadata = manifest["metadata"]
        is_label = "namespace" in metadata and "Role" not in manifest["kind"]
        assert len(metadata["name"]) <= (63 if is_label else 253)
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "Helm"
        assert {"app.kubernetes.io/name", "app.kubernetes.io/instance", "helm.sh/chart"} <= set(
            metadata["labels"]
        )


def test_selectors_find_the_pods_and_not_the_test(manifests):
    workload = of_kind(manifests, "Deployment", "DaemonSet")[0]
    labels = workload["spec"]["template"]["metadata"]["labels"]
    tested = the(manifests, "Pod")["metadata"]["labels"]
    selectors = [workload["spec"]["selector"]["matchLabels"]]
    selectors += [service["spec"]["selector"] for service in of_kind(manifests, "Service")]
    for selector in selectors:
        assert selector.items() <= labels.items()
        assert not selector.items() <= tested.items()


def test_the_volumes_that_are_mounted_are_there(manifests):
    spec = controller(manifests)
    there = {volume["name"] for volume in spec.get("volumes", [])}
    mounted = {it["name"] for c in spec["containers"] for it in c.get("volumeMounts", [])}
    assert mounted == there


def test_ports_are_named_where_they_are_used(manifests):
    (container,) = (it for it in controller(manifests)["containers"] if it["name"] in OURS)
    named = {port["name"] for port in container["ports"]}
    targets = {
        port["targetPort"] for it in of_kind(manifests, "Service") for port in it["spec"]["ports"]
    }
    targets |= {container[f"{probe}Probe"]["httpGet"]["port"] for probe in PROBES}
    assert targets <= named


@pytest.mark.parametrize("name", sorted(CASES.keys() - BEYOND_RESTRICTED))
def test_pods_pass_pod_security_restricted(program, name):
    for spec in pods(render(program, CASES[name])):
        assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
        assert {key for it in spec.get("volumes", []) for key in it} <= {"name", "emptyDir"}
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] > 0
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (it for it in spec["containers"] if it["name"] in OURS):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert not any("hostPort" in port for port in container.get("ports", []))


def test_the_controller_knows_every_flag(manifests):
    known = {option.flag for option in OPTIONS}
    assert {flag.partition("=")[0] for flag in flags(manifests)} <= known


def test_a_pod_may_take_as_long_as_its_parts(program):
    spec = controller(render(program, {"controller": {"drainSeconds": 90}}))
    sleep = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert "--drain-timeout=90s" in spec["containers"][0]["args"]
    assert spec["terminationGracePeriodSeconds"] > 90 + sleep


def test_one_that_hangs_has_no_time_to_drain(program):
    spec = controller(render(program, {}))
    (container,) = spec["containers"]
    for probe in ("startup", "liveness"):
        grace = container[f"{probe}Probe"]["terminationGracePeriodSeconds"]
        assert grace < spec["terminationGracePeriodSeconds"]


def test_no_less_time_than_the_drain_takes(program):
    done = template(program, {"controller": {"terminationGracePeriodSeconds": 30}})
    assert done.returncode
    assert "terminationGracePeriodSeconds is 30" in done.stderr


def test_a_monitor_needs_what_it_watches(program):
    metrics = {"service": {"enabled": False}, "serviceMonitor": {"enabled": True}}
    done = template(program, {"controller": {"metrics": metrics}})
    assert "needs controller.metrics.service.enabled" in done.stderr


@pytest.mark.parametrize(
    ("values", "published"),
    [
        ({}, [f"--publish-service={NAMESPACE}/test-aiohttp-ingress-controller"]),
        ({"service": {"enabled": False}}, []),
        (
            {"service": {"enabled": False}, "publishService": {"pathOverride": "network/front"}},
            ["--publish-service=network/front"],
        ),
        ({"publishStatusAddresses": ["192.0.2.7"]}, ["--publish-status-address=192.0.2.7"]),
    ],
)
def test_which_address_is_published(program, values, published):
    given = flags(render(program, {"controller": values}))
    assert [flag for flag in given if "publish" in flag] == published


def test_extra_arguments_win_and_repeat(program):
    extra = {"access-log": "off", "trusted-proxy": ["10.0.0.0/8", "::1"], "clear-status": True}
    given = flags(render(program, {"controller": {"extraArgs": extra}}))
    assert given[-4:] == [
        "--access-log=off",
        "--clear-status",
        "--trusted-proxy=10.0.0.0/8",
        "--trusted-proxy=::1",
    ]


def test_spread_over_nodes_counts_the_pods_themselves(program):
    manifests = render(program, {})
    (constraint,) = controller(manifests)["topologySpreadConstraints"]
    selected = the(manifests, "Deployment")["spec"]["selector"]
    assert constraint["labelSelector"] == selected


def test_one_pod_has_no_budget_that_would_keep_its_node(program):
    assert not of_kind(render(program, CASES["one pod"]), "PodDisruptionBudget")
    assert of_kind(render(program, {}), "PodDisruptionBudget")
