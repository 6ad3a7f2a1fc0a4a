"""What replicas of the controller write to a cluster, as its users see it with kubectl."""

import json
import signal
import subprocess
import sys
import time

import pytest
from cluster.replica import ADDRESS, HOOK, World, hooked
from cluster.waiting import until

LEASE = 15.0


@pytest.fixture
def world(control_tier, namespace):
    return World(control_tier, namespace)


def test_two_replicas_have_one_leader_whoever_dies(world):
    world.tier.apply(world.ingress())
    with world.replica("a") as a:
        until(world.shows, "ADDRESS")
        assert world.leads("a")
        log = a.log.with_name("watch.log")
        with log.open("wb") as seen, world.replica("b") as b:
            watch = world.tier.inside.start(_watching(world), stdout=seen, stderr=seen)
            until(lambda: "serving" in b.said(), "b serves")
            killed = time.monotonic()
            a.stop(signal.SIGKILL)
            until(lambda: world.leads("b"), "b takes over", within=LEASE + 10)
            by_kill = time.monotonic() - killed
            with world.replica("c") as c:
                until(lambda: "serving" in c.said(), "c serves")
                told = time.monotonic()
                b.send(signal.SIGTERM)
                until(lambda: world.leads("c"), "c takes over", within=5)
                by_term = time.monotonic() - told
                world.tier.apply(world.ingress("later", host="b.test"))
                until(lambda: world.shows("later"), "c writes")
            watch.kill()
    print(f"taken over {by_kill:.1f} s after SIGKILL, {by_term:.1f} s after SIGTERM")
    assert by_kill > LEASE - 3, "not before the Lease was over"
    assert set(log.read_text().split()) == {ADDRESS}, "it never flapped"


def _watching(world) -> list[str]:
    return world.tier.inside.command(
        world.tier.programs / "kubectl",
        *("get", "ingress", "web", f"--namespace={world.namespace}", "--watch"),
        '-o=jsonpath={.status.loadBalancer.ingress[*].ip}{"\\n"}',
        env=world.tier.environment,
    )


def test_clear_status_takes_the_address_back(world):
    world.tier.apply(world.ingress())
    with world.replica("a", f"--publish-status-address={ADDRESS}", "--clear-status") as a:
        until(world.shows, "ADDRESS")
        assert a.stop() == 0
    assert world.kubectl("get", "ingress", "web", "-o=jsonpath={.status.loadBalancer}") == "{}"


def test_three_mistakes_described(world):
    wrong = world.ingress(
        annotations={
            "aiohttp-ingress.dev/ssl-redirect": "maybe",
            "nginx.ingress.kubernetes.io/auth-url": "http://auth.test",
        }
    )
    wrong["spec"]["tls"] = [{"hosts": ["a.test"], "secretName": "www"}]
    world.tier.apply(wrong)
    with world.replica("a"):
        until(lambda: world.kubectl("describe", "ingress", "web").count("Warning") == 3, "three")
        described = world.kubectl("describe", "ingress", "web")
    print(described)
    assert "InvalidAnnotation" in described
    assert "UnknownAnnotation" in described
    assert "SecretMissing" in described
    assert described.count("; mend: ") == 3


# -- admission ------------------------------------------------------------------------------


@pytest.fixture
def hook(world):
    """Yield the flags of a replica whose reviews the API server asks for."""
    port = 8444
    world.tier.apply(*hooked(world, port=port))
    yield (
        f"--admission=:{port}",
        f"--admission-service={world.namespace}/{HOOK}",
        f"--admission-webhook={world.ingress_class}",
    )
    world.kubectl("delete", "validatingwebhookconfiguration", world.ingress_class)


def _dry(world, obj) -> str:
    """Return what kubectl says of an object that is not kept."""
    done = world.tier.inside.run(
        *("sh", "-c", f"{world.tier.programs}/kubectl apply --dry-run=server -f - 2>&1"),
        env=world.tier.environment,
        input=json.dumps(obj),
        check=False,
    )
    return done.stdout


def test_admission_refuses_in_the_words_of_check(world, hook, tmp_path):
    bad = world.ingress(annotations={"aiohttp-ingress.dev/ssl-redirect": "maybe"})
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(bad))
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "ingress",
            "check",
            "-f",
            file,
            f"--ingress-class={world.ingress_class}",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    ).stdout
    found, mend = (
        line for line in checked.splitlines() if "ssl-redirect" in line or "true" in line
    )
    words = found.partition("  ")[2]  # but for file and line
    assert words.startswith("error  InvalidAnnotation  Ingress")
    with world.replica("a", *hook):
        said = until(lambda: "denied" in (it := _dry(world, bad)) and it, "a refusal")
        print(said)
        assert 'admission webhook "validate.aiohttp-ingress.dev" denied the request: ' in said
        assert words in said
        assert mend in said

        good = _dry(world, world.ingress())
        print(good)
        assert "Warning: ServiceMissing: Service" in good
        assert "created (server dry run)" in good

        foreign = world.ingress(annotations=bad["metadata"]["annotations"])
        foreign["spec"]["ingressClassName"] = "nginx"
        assert "created (server dry run)" in _dry(world, foreign)
    assert "created (server dry run)" in _dry(world, bad), "failurePolicy: Ignore"


def test_every_replica_answers_and_the_certificate_outlives_the_leader(world, hook):
    bad = world.ingress(annotations={"aiohttp-ingress.dev/ssl-redirect": "maybe"})
    with world.replica("a", *hook):
        until(lambda: "denied" in _dry(world, bad), "a refusal by a")
    with world.replica("b", *hook) as b:
        until(lambda: "denied" in _dry(world, bad), "a refusal by b, which does not lead yet")
        assert "has a new certificate" not in b.said()
