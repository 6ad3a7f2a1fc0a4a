import json

import pytest
from cli.commands import EXAMPLES, ingress

MISTAKE = EXAMPLES / "04-external-endpoints" / "mistake"
WARNED = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: empty}
"""


def test_findings_are_told_with_file_line_and_mend():
    done = ingress("check", "-f", MISTAKE)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if "UnknownField" in line]
    assert line.startswith(f"{MISTAKE}/external-service.yaml:15  error  UnknownField  Endpoints ")
    assert "  mend: " in done.stdout
    assert "1 error" in done.stderr


def test_json_has_the_promised_keys():
    done = ingress("check", "-f", MISTAKE, "-o", "json")
    assert done.returncode == 1
    for finding in json.loads(done.stdout):
        assert list(finding) == ["subject", "file", "line", "severity", "reason", "message", "mend"]
        assert list(finding["subject"]) == ["kind", "namespace", "name"]


def test_github_gets_annotations():
    done = ingress("check", "-f", MISTAKE, "-o", "github")
    assert done.returncode == 1
    assert all(
        line.startswith(("::error file=", "::warning file=")) for line in done.stdout.splitlines()
    )
    assert (
        f"::error file={MISTAKE}/external-service.yaml,line=15,title=UnknownField::" in done.stdout
    )


@pytest.mark.parametrize(("args", "code"), [((), 0), (("--strict",), 1)])
def test_strict_makes_warnings_count(args, code):
    done = ingress("check", "-f", "-", *args, input=WARNED)
    assert done.returncode == code
    assert "NoRules" in done.stdout
    assert done.stdout.startswith("<stdin>:")


def test_what_is_fine_is_said_to_be(tmp_path):
    (tmp_path / "a.yaml").write_text("# nothing\n")
    done = ingress("check", "-f", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "all is well" in done.stderr
    assert json.loads(ingress("check", "-f", tmp_path, "-o", "json").stdout) == []


def test_a_missing_and_a_broken_file_are_findings(tmp_path):
    (tmp_path / "broken.yaml").write_text("a: [1")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    done = ingress("check", "-f", tmp_path, "-f", tmp_path / "missing.yaml", "-o", "json")
    assert done.returncode == 1
    reasons = [finding["reason"] for finding in json.loads(done.stdout)]
    assert sorted(reasons) == ["InvalidYAML", "UnreadableFile", "UnreadableFile"]


def test_the_namespace_is_for_those_that_name_none():
    done = ingress("check", "-f", "-", "-n", "shop", "-o", "json", input=WARNED)
    assert [finding["subject"]["namespace"] for finding in json.loads(done.stdout)] == ["shop"]
