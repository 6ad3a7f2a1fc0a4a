import os
import pty
import subprocess
import sys

import pytest
from cli.commands import DEADLINE, EXAMPLES, INGRESS, ROOT, ingress

from ingress import __version__
from ingress.runtime.build import which_build

COMMANDS = ["run", "check", "explain", "snapshot", "convert", "hosts", "certs"]


def test_help_names_every_command_and_the_version_is_told():
    done = ingress("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    assert ingress("--version").stdout == f"ingress {__version__} ({which_build()})\n"
    module = [sys.executable, "-m", "ingress", "--version"]
    said = subprocess.run(module, capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert said.stdout == f"ingress {__version__} ({which_build()})\n"


def test_without_a_command_there_is_help():
    done = ingress()
    assert done.returncode == 2
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = ingress(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage" in done.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("chekc",), "Did you mean 'check'"),
        (("check", "-f", "x", "--context", "prod"), "--context"),
        (("run", "--stand-ins"), "-f PATH"),
        (("convert",), "-f PATH"),
        (("check", "-f"), "requires an argument"),
        (("check", "--nonsense"), "--nonsense"),
        (("check", "-f", "x", "-o", "xml"), "xml"),
        (("run", "-f", "x", "--http", "nowhere"), "--http: 'nowhere'"),
        (("explain",), "URL"),
        (("explain", "http://a.b/", "-f", "x", "--client", "me"), "--client"),
        (("explain", "http://a.b/", "-f", "x", "-H", "no header"), "-H 'Name: value'"),
        (("explain", "http://a.b/", "--admin", "a.b"), "--admin"),
        (("hosts", "-f", "x", "--address", "here"), "--address"),
        (("certs",), "see `ingress certs --help`"),
        (("certs", "issue"), "HOST"),
        (("certs", "issue", "a b"), "neither a host name"),
        (("certs", "issue", "a.b", "--secret", "web"), "--secret: 'web'"),
        (("certs", "ca", "--key-type", "dsa"), "--key-type"),
    ],
)
def test_usage_errors_end_with_2_and_a_mend_never_a_traceback(tmp_path, args, words):
    done = ingress(*args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_bad_variable_is_named():
    env = {"INGRESS_PROXY_READ_TIMEOUT": "soon"}
    done = ingress("snapshot", "-f", EXAMPLES, env=env)
    assert done.returncode == 2
    assert "INGRESS_PROXY_READ_TIMEOUT: 'soon' is no duration" in done.stderr
    assert "mend: write 500ms, 30s or 1m30s" in done.stderr


def test_the_environment_names_the_manifests():
    env = {"INGRESS_FILENAME": str(EXAMPLES / "07-no-match")}
    assert ingress("hosts", env=env).stdout == "127.0.0.1 gasbugs.com\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_options_and_words(shell):
    env = {
        "_INGRESS_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "ingress ch",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": "ingress ch",
        "COMP_CWORD": "1",
    }
    assert "check" in ingress(env=env).stdout
    words = {"_TYPER_COMPLETE_ARGS": "ingress check -o g", "COMP_WORDS": "ingress check -o g"}
    assert "github" in ingress(env=env | words | {"COMP_CWORD": "3"}).stdout


def test_completion_is_installed_into_the_shell(tmp_path):
    env = {"HOME": str(tmp_path), "SHELL": "/bin/bash"}
    # What follows the last command keeps bash from becoming it: a shell must be its parent.
    script = f'"{INGRESS}" --install-completion && "{INGRESS}" --show-completion; exit $?'
    done = subprocess.run(
        ["bash", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=DEADLINE,
    )
    assert done.returncode == 0, done.stderr
    assert "_INGRESS_COMPLETE" in done.stdout
    assert "ingress" in (tmp_path / ".bashrc").read_text()


def test_most_commands_never_load_what_is_heavy():
    program = (
        "import sys; sys.argv = ['ingress', 'check', '-f', 'examples/01-round-robin']\n"
        "from ingress.cli.app import main\n"
        "try: main()\n"
        "finally: print(sorted({'aiohttp', 'pydantic', 'rich', 'uvloop'} & set(sys.modules)))"
    )
    python = [sys.executable, "-c", program]
    done = subprocess.run(
        python, capture_output=True, text=True, check=True, cwd=ROOT, timeout=DEADLINE
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_is_no_error(tmp_path):
    many = "\n---\n".join(
        f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{n}}}"
        for n in range(3000)
    )
    (tmp_path / "many.yaml").write_text(many)
    done = subprocess.run(
        ["bash", "-c", f'"{INGRESS}" check -f many.yaml | head -1'],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=DEADLINE,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def on_a_terminal(*args: str, **env: str) -> bytes:
    """Run the command with a terminal for its stdout, and return what it wrote there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [INGRESS, *args], stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm"} | env
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:  # Linux says EIO where the other end is closed
            pass
        process.wait(DEADLINE)
    os.close(ours)
    return said


def test_colour_is_for_terminals_and_not_where_no_color_asks_for_none():
    args = ("check", "-f", str(EXAMPLES / "05-legacy-ingress" / "as-written"))
    assert b"\x1b[" in on_a_terminal(*args)
    assert b"\x1b[" not in on_a_terminal(*args, NO_COLOR="1")
    assert b"\x1b[" not in on_a_terminal(*args, TERM="dumb")
    assert "\x1b[" not in ingress(*args).stdout
    assert b"\x1b[" in on_a_terminal(*args, NO_COLOR="")


def test_it_is_a_plugin_of_kubectl(tmp_path):
    plugin = INGRESS.with_name("kubectl-ingress")
    done = subprocess.run(
        [plugin, "explain"], capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    assert done.returncode == 2
    assert "see `kubectl ingress explain --help`" in done.stderr
    done = subprocess.run(
        [plugin, "check", "--kubeconfig", tmp_path / "none"],
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )
    assert done.returncode == 1
    assert f"there is no kubeconfig at {tmp_path}/none" in done.stderr
    assert "-f" in done.stderr
