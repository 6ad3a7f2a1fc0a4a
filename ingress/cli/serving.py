"""What ``ingress run`` does: the one source or the other, and how it ends."""

from ingress.cli.configuration import Run
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.control.listening import ListenError
from ingress.control.premises import Premises, premises
from ingress.runtime import logs


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
    from ingress.control import supervisor

    source = Source(run)
    return supervisor.serve(
        run.settings,
        source,
        premises=ours,
        announce=lambda serving: announce(serving, source.locate),
        tell=lambda change: tell(change, source.locate),
    )


def _serve_cluster(run: Run, ours: Premises) -> int:
    from ingress.cli.clustered import Source, announce, tell, writer
    from ingress.control import supervisor

    source = Source(run)
    source.prepare()
    with writer(run) as companion:
        return supervisor.serve(
            run.settings,
            source,
            premises=ours,
            announce=announce,
            tell=tell,
            companions=(companion,),
        )
