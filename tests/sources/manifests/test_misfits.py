"""Fields of the wrong type are said without Python's words."""

from typing import Any

import pytest

from ingress.model.objects import Ingress, Secret, Service
from ingress.model.verdict import FieldPath
from ingress.model.workloads import Workload
from ingress.sources.manifests.misfits import misfits

NAME = {"name": "web", "namespace": "default"}


@pytest.mark.parametrize(
    ("view", "fields", "field", "message", "mend"),
    [
        (
            Ingress,
            {"metadata": {**NAME, "annotations": {"a/b": "x", "a/ssl-redirect": False}}},
            ("metadata", "annotations", "a/ssl-redirect"),
            "must be text, and is the boolean false",
            'in quotes: "false"',
        ),
        (
            Ingress,
            {"spec": {"rules": [{"host": 7}]}},
            ("spec", "rules", 0, "host"),
            "spec.rules[0].host must be text, and is the number 7",
            'in quotes: "7"',
        ),
        (
            Service,
            {"spec": {"ports": [{"port": "80"}]}},
            ("spec", "ports", 0, "port"),
            "must be a whole number, and is text",
            "a number without quotes",
        ),
        (
            Service,
            {"spec": {"ports": {"port": 80}}},
            ("spec", "ports"),
            "must be a list, and is a mapping",
            "a dash",
        ),
        (
            Service,
            {"spec": [{"ports": []}]},
            ("spec",),
            "must be a mapping, and is a list",
            "take out the dash",
        ),
        (Service, {"spec": "x"}, ("spec",), "must be a mapping, and is text", "indented"),
        (
            Service,
            {"spec": {"ports": [{"port": 80, "targetPort": True}]}},
            ("spec", "ports", 0, "targetPort"),
            "must be a whole number or text",
            'in quotes: "true"',
        ),
        (Service, {"spec": {"ports": [{}]}}, ("spec", "ports", 0), "has no port", "add port"),
        (
            Ingress,
            {"spec": {"tls": [{"hosts": [None]}]}},
            ("spec", "tls", 0, "hosts", 0),
            "must be text, and is empty",
            "write",
        ),
        (
            Secret,
            {"data": {"tls.crt": "", "tls.key": ["hush"]}},
            ("data", "tls.key"),
            "must be text, and is a list",
            "",
        ),
    ],
)  # fmt: skip
def test_a_misfit_is_told(
    view: type[Any], fields: dict[str, Any], field: FieldPath, message: str, mend: str
) -> None:
    (problem,) = misfits({"metadata": NAME, **fields}, view)
    assert problem.field == field
    assert message in problem.message
    assert mend in problem.mend
    assert "hush" not in problem.message + problem.mend
    assert "`" not in problem.message


def test_all_of_them_are_told() -> None:
    fields = {"annotations": {"a": True, "b": 1, "c": "x"}, "labels": {"d": 2.5}}
    found = list(misfits({"metadata": {**NAME, **fields}}, Ingress))
    assert sorted(problem.field[-1] for problem in found) == ["a", "b", "d"]


def test_what_follows_from_another_misfit_is_not_told() -> None:
    ports = [{"port": "80"}, {"port": "81"}]
    assert len(list(misfits({"metadata": NAME, "spec": {"ports": ports}}, Service))) == 1


def test_there_is_an_end() -> None:
    many = {f"k{i}": True for i in range(100)}
    assert len(list(misfits({"metadata": {**NAME, "annotations": many}}, Ingress))) == 20


def test_a_pod_knows_of_no_template() -> None:
    pod = {"kind": "Pod", "metadata": NAME, "spec": {"template": {"spec": {"containers": 1}}}}
    (problem,) = misfits(pod, Workload)
    assert problem.field == ("spec", "containers")


def test_what_fits_has_no_misfits() -> None:
    assert list(misfits({"metadata": NAME}, Ingress)) == []
