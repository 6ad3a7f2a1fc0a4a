"""Flags and environment -> what ``ingress run`` was told; nothing else reads either."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from ingress.cli.mistakes import Mistake, mistake
from ingress.cli.options import OPTIONS, Option
from ingress.cli.values import BackendOverride
from ingress.model.policies import DEFAULT_ORIGIN, BodyLimit, Policies, Timeouts
from ingress.settings import CompilerOptions, ProxySettings, Settings, StateSettings


class ClusterOptions(Struct, frozen=True, kw_only=True):
    """Which cluster is read, where no files are, and how much of it."""

    kubeconfig: str | None = None
    context: str | None = None
    namespaces: tuple[str, ...] = ()


class Run(Struct, frozen=True, kw_only=True):
    """Everything that ``ingress run`` was told: what to serve, and how.

    Without files it is a cluster that is served.
    """

    files: tuple[str, ...]
    cluster: ClusterOptions
    namespace: str
    stand_ins: bool
    backends: tuple[BackendOverride, ...]
    settings: Settings


class Given(NamedTuple):
    """An option's value, and who gave it (``flag --http``, ``environment INGRESS_HTTP``)."""

    value: Any
    origin: str


def configure(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Run:
    """Read every option: the flag, else the environment, else the default.

    Raises Mistake that names the flag or the variable whose value is no good.
    """
    given = {option.field: _given(option, flags, environment) for option in OPTIONS}
    own = {name: given[name].value for name in ("files", "namespace", "stand_ins", "backends")}
    _one_source(given)
    return Run(settings=_settings(given), cluster=_cluster(given), **own)


def _cluster(given: Mapping[str, Given]) -> ClusterOptions:
    """Read which cluster is meant; -n of a cluster is one more namespace that is read."""
    part = dict(_part("cluster", given))
    namespace, origin = given["namespace"]
    if origin != DEFAULT_ORIGIN:
        part["namespaces"] = (*part["namespaces"], namespace)
    return ClusterOptions(**part | {"namespaces": tuple(dict.fromkeys(part["namespaces"]))})


def _one_source(given: Mapping[str, Given]) -> None:
    """Refuse what says nothing about the source that there is: files, else a cluster."""
    if not given["files"].value:
        if given["stand_ins"].value:
            message = f"{given['stand_ins'].origin}: a cluster's pods need no stand-ins"
            raise Mistake(message, mend="add -f PATH to serve manifests")
        return
    for field, (value, origin) in given.items():
        if field.startswith("cluster.") and value:
            message = f"{origin} says which cluster is read, and files are read"
            raise Mistake(message, mend="leave it out, or leave out the files")


def given_files(flags: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths of the manifests; raises Mistake where there are none."""
    option = next(option for option in OPTIONS if option.field == "files")
    files: tuple[str, ...] = _given(option, flags, environment).value
    if not files:
        raise Mistake(
            "no manifests are named", mend="add -f PATH: a file, a folder, or - for stdin"
        )
    return files


def _settings(given: Mapping[str, Given]) -> Settings:
    files = given["files"].value
    compiler = CompilerOptions(
        # File mode serves what there is, unless it is told which class is meant.
        any_class=bool(files) and not given["compiler.ingress_classes"].value,
        policies=_policies(given),
        **dict(_part("compiler", given)),
    )
    listeners = {name: given[name].value for name in ("http", "https", "admin")}
    proxy = dict(_part("proxy", given))
    if not files:  # whoever listens on a pod's ports is reached through a Service's
        proxy["public_http_port"] = proxy["public_http_port"] or 80
        proxy["public_https_port"] = proxy["public_https_port"] or 443
    return Settings(
        compiler=compiler, proxy=ProxySettings(**proxy), state=_state(given), **listeners
    )


def _state(given: Mapping[str, Given]) -> StateSettings:
    state = StateSettings(**dict(_part("state", given)))
    if state.private_keys and not state.folder:
        message = f"{given['state.private_keys'].origin} has no folder to keep them in"
        raise Mistake(message, mend="add --state-dir PATH, or leave it out")
    return state


def _policies(given: Mapping[str, Given]) -> Policies:
    return Policies(
        timeouts=Timeouts(**dict(_part("timeouts", given)), origin=_origin("timeouts", given)),
        body_limit=BodyLimit(
            **dict(_part("body_limit", given)), origin=_origin("body_limit", given)
        ),
    )


def _part(part: str, given: Mapping[str, Given]) -> Iterator[tuple[str, Any]]:
    for field, (value, _) in given.items():
        owner, _, name = field.rpartition(".")
        if owner == part:
            yield name, value


def _origin(part: str, given: Mapping[str, Given]) -> str:
    origins = [g.origin for field, g in given.items() if field.startswith(f"{part}.")]
    return ", ".join(o for o in origins if o != DEFAULT_ORIGIN) or DEFAULT_ORIGIN


def _given(option: Option, flags: Mapping[str, Any], environment: Mapping[str, str]) -> Given:
    flag, text = flags.get(option.name), environment.get(option.variable)
    if flag is not None and flag != []:
        return Given(_read(option, flag, option.flag), f"flag {option.flag}")
    if text:
        words = [word.strip() for word in text.split(",")] if option.many else text
        return Given(_read(option, words, option.variable), f"environment {option.variable}")
    if not option.default:
        return Given(() if option.many else None, DEFAULT_ORIGIN)
    default = [option.default] if option.many else option.default
    return Given(_read(option, default, option.flag), DEFAULT_ORIGIN)


def _read(option: Option, given: Any, source: str) -> Any:
    if isinstance(given, bool):
        return given
    try:
        if option.many:
            return tuple(option.kind.read(word) for word in given)
        return option.kind.read(given)
    except ValueError as error:
        raise mistake(source, error) from None
