"""What ``ingress run`` does: the one source or the other, and how it ends."""

from importlib import import_module
from typing import TYPE_CHECKING

from ingress.cli.configuration import Run
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.control.listening import ListenError
from ingress.control.premises import Premises, premises
from ingress.runtime import logs

if TYPE_CHECKING:
    from ingress.cli.clustered import Source


def serve(run: Run) -> int:
    """Serve until a signal ends it and return the exit code; raises Mistake."""
    logs.set_up()
    _prepare_state(run)
    try:
        with premises(run.settings) as ours:
            return _serve_files(run, ours) if run.files else _serve_cluster(run, ours)
    except ListenError as error:
        message, _, mend = str(error).rpartition(": ")
        raise Mistake(message, mend=mend, code=ExitCode.FOUND) from error


# Workers import while these do; and either brings what the other has no use for: file watchers
# and a banner, or a client.


def _prepare_state(run: Run) -> None:
    state = run.settings.state
    if state.folder:
        from ingress.control.lastgood import LastGood

        LastGood(state.folder, private_keys=state.private_keys).prepare()


def _serve_files(run: Run, ours: Premises) -> int:
    from ingress.cli.manifested import Source, announce, tell
    from ingress.control.supervisor import supervise
    from ingress.runtime import loops

    source = Source(run)
    return loops.run(
        supervise(
            run.settings,
            source,
            premises=ours,
            announce=lambda serving: announce(serving, source.locate),
            tell=lambda change: tell(change, source.locate),
        )
    )


def _serve_cluster(run: Run, ours: Premises) -> int:
    from ingress.cli.clustered import Source
    from ingress.runtime import loops

    source = Source(run)
    source.prepare()
    return loops.run(_in_cluster(run, source, ours))


async def _in_cluster(run: Run, source: "Source", ours: Premises) -> int:
    import asyncio

    source.begin()
    # While the API server answers; in a thread, so that what it says is heard.
    await asyncio.to_thread(import_module, "ingress.cli.reporting")

    from ingress.cli.reporting import announce, tell, writer
    from ingress.control.supervisor import supervise

    with writer(run) as companion:
        return await supervise(
            run.settings,
            source,
            premises=ours,
            announce=announce,
            tell=tell,
            companions=(companion,),
        )
