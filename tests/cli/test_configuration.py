import pytest

from ingress.cli.configuration import ClusterOptions, configure, given_files
from ingress.cli.mistakes import ExitCode, Mistake
from ingress.cli.options import OPTIONS
from ingress.cli.values import SWITCH, read_override
from ingress.model.inventory import ObjectKey
from ingress.model.policies import Policies
from ingress.model.snapshot import BackendRef
from ingress.settings import (
    CompilerOptions,
    ListenAddress,
    ProxySettings,
    StateSettings,
    WritingSettings,
)

FILES = {"filename": ["a.yaml"]}


def test_the_defaults_of_the_table_are_those_of_settings():
    run = configure(FILES, {})
    assert run.settings.proxy == ProxySettings()
    assert run.settings.writing == WritingSettings()
    assert run.settings.admission == ()
    assert run.settings.compiler == CompilerOptions(any_class=True)
    assert run.settings.http == (ListenAddress("127.0.0.1", 8080),)
    assert run.settings.https == (ListenAddress("127.0.0.1", 8443),)
    assert run.settings.admin == (ListenAddress("127.0.0.1", 9090),)
    assert run.settings.workers == 1
    assert (run.files, run.namespace, run.stand_ins, run.backends) == (
        ("a.yaml",),
        "default",
        False,
        (),
    )


SAID = {
    "--filename": "x,y/z",
    "--namespace": "web",
    "--stand-ins": "true",
    "--backend": "a/b=127.0.0.1:1,a/c:http=127.0.0.1:2",
    "--http": ":1,[::1]:2",
    "--https": ":3",
    "--admin": ":4",
    "--public-http-port": "81",
    "--public-https-port": "444",
    "--trusted-proxy": "10.0.0.0/8, ::1",
    "--ingress-class": "blue,green",
    "--default-backend": "a/b:http",
    "--default-certificate": "a/b",
    "--client-header-timeout": "1s",
    "--client-body-timeout": "2s",
    "--max-connections": "100",
    "--client-body-min-rate": "1Ki",
    "--client-send-timeout": "3s",
    "--keep-alive-timeout": "0s",
    "--drain-timeout": "500ms",
    "--drain-idle-timeout": "1s",
    "--max-header-bytes": "8Ki",
    "--max-body-bytes": "1Mi",
    "--lanes": "full",
    "--proxy-connect-timeout": "4s",
    "--proxy-read-timeout": "5s",
    "--proxy-send-timeout": "6s",
    "--upstream-keep-alive-timeout": "7s",
    "--upstream-keep-alive-connections": "8",
    "--publish-service": "a/b",
    "--publish-status-address": "192.0.2.7, lb.example.com",
    "--clear-status": "true",
    "--leader-lease": "a/lease",
    "--pod-name": "pod-1",
    "--pod-namespace": "a",
    "--admission": ":9",
    "--admission-service": "a/hook",
    "--admission-webhook": "hooks",
    "--state-dir": "state",
    "--state-private-keys": "true",
    "--access-log": "off",
    "--workers": "3",
}


def as_flags():
    flags = {}
    for option in OPTIONS:
        text = SAID.get(option.flag, "")
        flags[option.name] = [word.strip() for word in text.split(",")] if option.many else text
        if not text:
            del flags[option.name]
    return flags | {"stand_ins": True, "clear_status": True, "state_private_keys": True}


CLUSTER_SAID = {
    "--kubeconfig": "x/config",
    "--context": "prod",
    "--watch-namespace": "shop,blog",
}
"""Says nothing beside files."""


def test_which_cluster_is_read_from_the_environment_as_from_flags():
    by_flag = configure(
        {"kubeconfig": "x/config", "context": "prod", "watch_namespace": ["shop", "blog"]}, {}
    )
    variables = {o.variable: CLUSTER_SAID[o.flag] for o in OPTIONS if o.flag in CLUSTER_SAID}
    assert by_flag == configure({}, variables)
    assert by_flag.cluster == ClusterOptions(
        kubeconfig="x/config", context="prod", namespaces=("shop", "blog")
    )


def test_without_files_it_is_a_cluster_and_its_ports_are_the_services():
    run = configure({"public_https_port": "8443"}, {})
    assert (run.files, run.cluster) == ((), ClusterOptions())
    assert run.settings.compiler == CompilerOptions(any_class=False)
    assert run.settings.proxy.public_http_port == 80
    assert run.settings.proxy.public_https_port == 8443


def test_the_namespace_of_a_cluster_is_one_that_is_read():
    assert configure({"namespace": "shop"}, {}).cluster.namespaces == ("shop",)
    both = {"watch_namespace": ["blog", "shop"], "namespace": "shop"}
    assert configure(both, {}).cluster.namespaces == ("blog", "shop")


def test_what_is_about_the_other_source_is_refused():
    with pytest.raises(Mistake, match="flag --context says which cluster") as caught:
        configure(FILES | {"context": "prod"}, {})
    assert "leave out the files" in caught.value.mend
    with pytest.raises(Mistake, match="environment INGRESS_STAND_INS") as caught:
        configure({}, {"INGRESS_STAND_INS": "yes"})
    assert "-f PATH" in caught.value.mend


def test_private_keys_need_a_folder_to_be_kept_in():
    with pytest.raises(Mistake, match="flag --state-private-keys has no folder") as caught:
        configure({"state_private_keys": True}, {})
    assert "--state-dir PATH" in caught.value.mend


def test_every_option_is_read_from_the_environment_as_from_its_flag():
    assert {option.flag for option in OPTIONS} == {*SAID, *CLUSTER_SAID}
    by_flag = configure(as_flags(), {})
    by_variable = configure({}, {o.variable: SAID.get(o.flag, "") for o in OPTIONS})
    # Policies say who set them; all else is the same.
    assert by_flag.settings.compiler.policies.timeouts.origin == (
        "flag --proxy-connect-timeout, flag --proxy-read-timeout, flag --proxy-send-timeout"
    )
    assert by_variable.settings.compiler.policies.body_limit.origin == (
        "environment INGRESS_MAX_BODY_BYTES"
    )
    assert without_policies(by_flag) == without_policies(by_variable)
    assert by_flag.files == ("x", "y/z")
    assert by_flag.stand_ins is True
    assert by_flag.backends == (
        read_override("a/b=127.0.0.1:1"),
        read_override("a/c:http=127.0.0.1:2"),
    )
    proxy, compiler = by_flag.settings.proxy, by_flag.settings.compiler
    assert by_flag.settings.http == (ListenAddress("0.0.0.0", 1), ListenAddress("::1", 2))
    assert (proxy.public_http_port, proxy.public_https_port) == (81, 444)
    assert [str(network) for network in proxy.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert (proxy.keep_alive_timeout, proxy.drain_timeout, proxy.max_header_bytes) == (0, 0.5, 8192)
    assert by_flag.settings.admission == (ListenAddress("0.0.0.0", 9),)
    assert by_flag.settings.writing == WritingSettings(
        publish_service=ObjectKey("a", "b"),
        publish_addresses=("192.0.2.7", "lb.example.com"),
        clear_status=True,
        leader_lease=ObjectKey("a", "lease"),
        pod_name="pod-1",
        pod_namespace="a",
        admission_service=ObjectKey("a", "hook"),
        admission_webhook="hooks",
    )
    assert compiler.any_class is False
    assert compiler.ingress_classes == ("blue", "green")
    assert compiler.default_backend == BackendRef("a", "b", "http")
    assert compiler.default_certificate == ObjectKey("a", "b")
    assert compiler.policies.body_limit.max_bytes == 1024**2
    timeouts = compiler.policies.timeouts
    assert (timeouts.connect, timeouts.read, timeouts.send) == (4, 5, 6)
    assert by_flag.settings.state == StateSettings(folder="state", private_keys=True)


def without_policies(run):
    settings = run.settings
    compiler = [
        getattr(settings.compiler, name)
        for name in settings.compiler.__struct_fields__
        if name != "policies"
    ]
    listeners = [settings.http, settings.https, settings.admin, settings.admission]
    return [*listeners, settings.proxy, settings.writing, compiler, run.backends]


def test_a_flag_wins_over_its_variable_and_an_empty_variable_is_none():
    environment = {"INGRESS_HTTP": ":1", "INGRESS_HTTPS": "", "INGRESS_STAND_INS": "yes"}
    run = configure(FILES | {"http": [":2"], "https": []}, environment)
    assert run.settings.http == (ListenAddress("0.0.0.0", 2),)
    assert run.settings.https == (ListenAddress("127.0.0.1", 8443),)
    assert run.stand_ins is True
    assert configure(FILES, {}).settings.compiler.policies == Policies()


CHOOSY = [
    option
    for option in OPTIONS
    if option.kind is not SWITCH
    and option.field not in {"files", "namespace", "compiler.ingress_classes"}
    and option.flag not in {"--kubeconfig", "--context", "--state-dir"}
]


@pytest.mark.parametrize("option", CHOOSY, ids=lambda option: option.flag)
def test_a_bad_value_names_the_flag_or_the_variable(option):
    bad = "this is nothing"
    with pytest.raises(Mistake, match=option.flag) as by_flag:
        configure(FILES | {option.name: [bad] if option.many else bad}, {})
    with pytest.raises(Mistake, match=option.variable) as by_variable:
        configure(FILES, {option.variable: bad})
    for caught in (by_flag, by_variable):
        assert caught.value.code == ExitCode.USAGE
        assert "write " in caught.value.mend


def test_what_needs_manifests_says_so():
    for flags in ({}, {"filename": []}):
        with pytest.raises(Mistake, match="no manifests") as caught:
            given_files(flags, {})
        assert "-f PATH" in caught.value.mend
    assert given_files({}, {"INGRESS_FILENAME": "a, b"}) == ("a", "b")
