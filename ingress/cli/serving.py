"""What ``ingress run`` does: the one source or the other, and how it ends."""

from ingress.cli.configuration import Run
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.control import supervisor
from ingress.control.lastgood import LastGood
from ingress.control.listening import ListenError
from ingress.runtime import logs


def serve(run: Run) -> int:
    """Serve until a signal ends it and return the exit code; raises Mistake."""
    logs.set_up()
    state = run.settings.state
    if state.folder:
        LastGood(state.folder, private_keys=state.private_keys).prepare()
    try:
        return _serve_files(run) if run.files else _serve_cluster(run)
    except ListenError as error:
        message, _, mend = str(error).rpartition(": ")
        raise Mistake(message, mend=mend, code=ExitCode.FOUND) from error


# Either brings what the other has no use for: file watchers and a banner, or a client.


def _serve_files(run: Run) -> int:
    from ingress.cli.manifested import Source, announce, tell

    source = Source(run)
    return supervisor.serve(
        run.settings,
        source,
        announce=lambda serving: announce(serving, source.locate),
        tell=lambda change: tell(change, source.locate),
    )


def _serve_cluster(run: Run) -> int:
    from ingress.cli.clustered import Source, announce, tell, writer

    source = Source(run)
    source.prepare()
    with writer(run) as companion:
        return supervisor.serve(
            run.settings, source, announce=announce, tell=tell, companions=(companion,)
        )
