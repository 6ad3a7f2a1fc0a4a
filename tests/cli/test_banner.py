import io

from cli.snapshots import LISTENERS, host, route, snapshot
from rich.console import Console

from ingress.cli.banner import MAX_FINDINGS, MAX_ROWS, show, stderr_console
from ingress.model.finding import finding
from ingress.model.verdict import ObjectRef, Reason, Severity, verdict


def shown(served, *, findings=(), width=100) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)
    show(console, snapshot=served, listeners=LISTENERS, findings=findings, trust="--insecure")
    return out.getvalue()


def problem(severity: Severity, name: str = "web"):
    return finding(
        verdict(
            ObjectRef("Service", "default", name),
            Reason.SERVICE_MISSING,
            message="a message of [many] words " * 12,
            mend="do this",
            severity=severity,
        )
    )


def test_listeners_routes_and_pods_are_shown():
    text = shown(
        snapshot(
            host("a.b", route("web"), route("mine", "/mine", "Exact")),
            host("*.c", route("many")),
            host("", route("gone")),
            tls=("a.b",),
        )
    )
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for line in (
        "http http://0.0.0.0:8080",
        "https https://[::1]:8443",
        "admin http://127.0.0.1:9090",
        "a.b tls / default/web:80 2 x web-5d9",
        "/mine exact default/mine:80 127.0.0.1:4000",
        "*.c / default/many:80 a, b, c, … (4)",
        "any host / default/gone:80 503 NoReadyEndpoints",
    ):
        assert line in lines


def test_it_is_readable_on_100_columns_and_curl_lines_are_whole():
    long = f"{'a' * 50}.{'b' * 50}.example.com"
    text = shown(
        snapshot(host(long, route("web", f"/{'c' * 60}")), tls=(long,)),
        findings=[problem(Severity.ERROR)],
    )
    lines = text.splitlines()
    assert all(len(line) <= 100 for line in lines if "curl" not in line)
    curls = [line for line in lines if "curl" in line]
    assert len(curls) == 3
    assert all(line.endswith("c" * 60) for line in curls)


def test_warnings_come_with_mends_and_notes_do_not_come():
    findings = [problem(Severity.WARNING), problem(Severity.INFO, "quiet")]
    text = shown(snapshot(host("a.b", route("web"))), findings=findings)
    assert "warning  ServiceMissing  Service default/web" in text
    assert "mend: do this" in text
    assert "[many]" in text
    assert "quiet" not in text
    assert "Mend" not in shown(snapshot(host("a.b", route("web"))))


def test_thousands_of_routes_and_findings_stay_a_page():
    hosts = [host(f"h{n}.b", route("web")) for n in range(1000)]
    text = shown(snapshot(*hosts), findings=[problem(Severity.ERROR)] * 1000)
    assert f"… and {1000 - MAX_ROWS} more" in text
    assert f"… and {1000 - MAX_FINDINGS} more: `ingress check`" in text
    assert len(text.splitlines()) < 150


def test_nothing_to_serve_is_said():
    text = shown(snapshot())
    assert "nothing yet" in text
    assert "curl" not in text


def test_stderr_that_is_no_terminal_has_100_columns(capsys):
    stderr_console().print("a" * 99)
    assert capsys.readouterr().err == "a" * 99 + "\n"
