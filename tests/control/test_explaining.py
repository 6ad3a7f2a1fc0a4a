from control.receiver import Receiver, following

from ingress.control.explaining import Explainer
from ingress.explain import Asked
from ingress.model.snapshot import Host, HostKind, MatchKind, Route, Snapshot
from ingress.policies import PublicPorts
from ingress.settings import ProxySettings


def snapshot(*names: str) -> Snapshot:
    route = Route(
        ingress="default/web",
        path="/",
        kind=MatchKind.PREFIX,
        written_path="/",
        path_type="Prefix",
        backend=None,
    )
    return Snapshot(hosts={n: Host(pattern=n, kind=HostKind.EXACT, routes=(route,)) for n in names})


async def test_explanations_follow_what_is_served() -> None:
    worker = Receiver()
    async with following(worker) as publisher:
        explainer = Explainer(publisher, settings=ProxySettings(), ports=PublicPorts())
        asked = Asked(url="http://a.test/")
        assert explainer.explain(asked).status == 404, "nothing is served yet"

        await publisher.publish(snapshot("a.test"))
        assert explainer.explain(asked).status == 503
        assert explainer.explain(asked).host is not None

        worker.refuses = "no"
        await publisher.publish(snapshot("b.test"))
        assert explainer.explain(asked).status == 503, "what was refused is not served"

        worker.refuses = ""
        await publisher.publish(snapshot("b.test"))
        assert explainer.explain(asked).status == 404
        assert explainer.explain(Asked(url="http://b.test/")).status == 503
