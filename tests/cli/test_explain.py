import json

from cli.commands import EXAMPLES, ingress

KEYS = ["status", "host", "route", "decidedBy", "losers", "nearest", "certificate"]


def test_json_has_the_promised_keys_and_nulls():
    done = ingress(
        "explain", "http://www.gasbugs.com/", "-f", EXAMPLES / "07-no-match", "-o", "json"
    )
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(KEYS) <= said.keys()
    assert (said["status"], said["route"], said["nearest"]) == (404, None, ["gasbugs.com"])


def test_policies_name_the_flag_that_set_them():
    args = ("explain", "http://gasbugs.com/", "-f", EXAMPLES / "07-no-match")
    by_flag = ingress(*args, "--proxy-read-timeout", "7s")
    assert "read 7s" in by_flag.stdout
    assert "flag --proxy-read-timeout" in by_flag.stdout
    by_variable = ingress(*args, env={"INGRESS_MAX_BODY_BYTES": "1Mi"})
    assert "environment INGRESS_MAX_BODY_BYTES" in by_variable.stdout


def test_a_backend_of_ones_own_is_explained():
    backend = ("--backend", "default/http-go-np=127.0.0.1:3000")
    done = ingress("explain", "gasbugs.com/x", "-f", EXAMPLES / "07-no-match", *backend)
    assert "200 (goes to an endpoint)" in done.stdout
    assert "127.0.0.1:3000" in done.stdout


def test_a_running_ingress_is_asked_or_manifests_are_compiled_never_both():
    done = ingress("explain", "a.b", "--admin", "http://127.0.0.1:9", "-f", EXAMPLES)
    assert done.returncode == 2
    assert "--filename says nothing" in done.stderr
