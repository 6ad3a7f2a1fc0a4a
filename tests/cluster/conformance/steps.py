"""The sentences that features are written in, and what each of them does."""

import re
from collections import Counter
from collections.abc import Callable

import yaml
from cluster.conformance.gherkin import Step
from cluster.conformance.world import ADDRESS, NUMBER, World
from cluster.waiting import until

_SENTENCES: list[tuple[re.Pattern[str], Callable[..., None]]] = []


def sentence(pattern: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a function be what a sentence does; what stands in quotes is given to it."""

    def known(does: Callable[..., None]) -> Callable[..., None]:
        _SENTENCES.append((re.compile(pattern), does))
        return does

    return known


def take(step: Step, world: World) -> None:
    """Do what a step says."""
    for pattern, does in _SENTENCES:
        if found := pattern.fullmatch(step.text):
            does(world, *found.groups(), *([step.doc] if step.doc else []))
            return
    raise LookupError(f"nobody knows what this means: {step.text}")


@sentence("an Ingress")
def apply_ingress(world, text):
    world.ingress(yaml.safe_load(text))


@sentence('a Service "(.+)" with (.+) pods')
def make_service(world, name, replicas):
    world.services(name, replicas=int(replicas))


@sentence('a certificate for "(.+)" in the Secret "(.+)"')
def make_certificate(world, host, name):
    world.certificate(host, name=name)


@sentence('an IngressClass "(.+)" of the controller "(.+)"')
def make_class(world, name, controller):
    world.other_class(name, controller=controller)


@sentence("the controller runs")
def start(world):
    world.start()


@sentence('the Ingress "(.+)" shows an address')
def shows_address(world, name):
    until(lambda: world.shown(name) == ADDRESS, f"the address of {name}")


@sentence('the Ingress "(.+)" shows no address')
def shows_none(world, name):
    assert world.shown(name) == ""


@sentence('I send (?:a )?([A-Z]+) (?:request )?to "(.+)"')
def send(world, method, url):
    world.ask(method, url)


@sentence('I send (\\d+) ([A-Z]+)s to "(.+)"')
def send_many(world, times, method, url):
    world.ask(method, url, times=int(times))
    assert len(world.answers) == int(times)


@sentence("the answer is (.+)")
@sentence("all answers are (.+)")
def is_status(world, status):
    assert {answer.status for answer in world.answers} == {int(status)}, world.answers


@sentence('it comes from the Service "(.+)"')
def comes_from(world, name):
    (answer,) = world.answers
    assert answer.fields["X-Pod-Address"] in world.addresses(name)


@sentence('they come from (.+) pods of the Service "(.+)", in equal parts')
def come_from_pods(world, count, name):
    parts = Counter(answer.fields["X-Pod-Address"] for answer in world.answers)
    assert parts.keys() == world.addresses(name)
    assert len(parts) == int(count)
    assert max(parts.values()) - min(parts.values()) <= 1


@sentence('the pod saw a (.+) of "(.+)" for "(.+)"')
def pod_saw(world, method, target, host):
    (answer,) = world.answers
    (seen,) = [it for it in world.pods.requests() if it["headers"].get(NUMBER) == answer.number]
    assert (seen["method"], seen["target"]) == (method, target)
    assert (seen["headers"]["Host"], seen["headers"]["X-Forwarded-Host"]) == (host, host)


@sentence('the answer has the fields "(.+)"')
def has_fields(world, names):
    (answer,) = world.answers
    assert set(names.split(", ")) <= answer.fields.keys()


@sentence('it points to "(.+)"')
def points_to(world, url):
    (answer,) = world.answers
    assert answer.fields["Location"] == url


@sentence("the certificate is not accepted")
def not_accepted(world):
    (answer,) = world.answers
    assert answer.status == 0
    assert "certificate" in answer.problem
