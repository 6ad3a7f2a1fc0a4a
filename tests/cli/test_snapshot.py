import json

from cli.commands import EXAMPLES, ingress


def test_the_same_manifests_give_the_same_text():
    once, again = (ingress("snapshot", "-f", EXAMPLES / "08-tls") for _ in range(2))
    assert once.returncode == 0
    assert once.stdout == again.stdout
    assert "www.gasbugs.com" in json.loads(once.stdout)["hosts"]


def test_the_class_and_the_default_backend_shape_it():
    args = ("snapshot", "-f", EXAMPLES / "07-no-match")
    assert json.loads(ingress(*args, "--ingress-class", "other").stdout)["hosts"] == {}
    said = json.loads(ingress(*args, "--default-backend", "default/http-go-np:80").stdout)
    assert said["default_backend"]["backend"] == ["default", "http-go-np", 80]
