"""What an Ingress means, feature by feature: the ``.feature`` files beside this one, carried out.

They cover what Kubernetes' own ingress conformance suite does, in our words. A feature's background
is set up once, for all of its scenarios: they only look.
"""

from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from cluster.conformance.gherkin import read
from cluster.conformance.steps import take
from cluster.conformance.world import PORT, World
from cluster.fixtures import namespace_of
from cluster.standins import StandIns

FILES = sorted(Path(__file__).parent.glob("*.feature"))
CASES = [
    pytest.param(file, steps, id=f"{file.stem}: {name}")
    for file in FILES
    for scenario in read(file).scenarios
    for name, steps in scenario.cases()
]


@pytest.fixture(scope="module")
def pods(control_tier):
    them = StandIns(control_tier, PORT)
    yield them
    them.stop()


@pytest.fixture(scope="module")
def world_of(control_tier, pods):
    """Return what makes a feature's world, the first time that it is asked."""
    with ExitStack() as stack:

        @cache
        def prepared(file):
            namespace = stack.enter_context(namespace_of(control_tier))
            ports = 18200 + 10 * FILES.index(file)
            world = World(control_tier, namespace, pods=pods, ports=ports)
            stack.callback(world.end)
            for step in read(file).background:
                take(step, world)
            return world

        yield prepared


@pytest.mark.parametrize(("file", "steps"), CASES)
def test_scenario(world_of, file, steps):
    world = world_of(file)
    for step in steps:
        take(step, world)
