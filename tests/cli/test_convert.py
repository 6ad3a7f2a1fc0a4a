import json

import pytest
from cli.commands import EXAMPLES, ingress

from ingress.cli.convert import File, converted, joined
from ingress.cli.mistakes import Mistake

LEGACY = EXAMPLES / "05-legacy-ingress" / "as-written" / "http-go.yaml"


def test_the_pages_own_ingress_gives_the_same_snapshot():
    done = ingress("convert", "-f", LEGACY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "v1beta1" not in done.stdout
    kept = [line for line in LEGACY.read_text().splitlines() if line in done.stdout.splitlines()]
    assert len(kept) >= len(LEGACY.read_text().splitlines()) - 3
    before = ingress("snapshot", "-f", LEGACY)
    after = ingress("snapshot", "-f", "-", input=done.stdout)
    assert after.stdout == before.stdout
    assert json.loads(after.stdout)["hosts"]
    again = ingress("convert", "-f", "-", input=done.stdout)
    assert again.stdout == done.stdout


@pytest.mark.parametrize("version", ["extensions/v1beta1", "networking.k8s.io/v1beta1"])
def test_both_legacy_versions_and_every_shape_give_the_same_snapshot(version):
    text = (
        f"apiVersion: {version}\nkind: Ingress\nmetadata: {{name: a}}\nspec:\n"
        "  backend: {serviceName: d, servicePort: 80}\n  rules:\n  - host: a.b\n    http:\n"
        "      paths:\n      - backend: {serviceName: s, servicePort: http}\n"
        "      - path: /x\n        pathType: Exact\n        backend:\n"
        "          servicePort: '80'\n          serviceName: s\n"
    )
    done = ingress("convert", "-f", "-", input=text)
    assert "networking.k8s.io/v1\n" in done.stdout
    snapshots = [ingress("snapshot", "-f", "-", input=each) for each in (text, done.stdout)]
    assert snapshots[0].stdout == snapshots[1].stdout


def test_several_files_make_one_stream(tmp_path):
    (tmp_path / "a.yaml").write_text("kind: A")
    (tmp_path / "b.yaml").write_text("---\nkind: B\n")
    (tmp_path / "c.json").write_text('{"kind": "C"}\n')
    done = ingress("convert", "-f", tmp_path)
    assert done.stdout == 'kind: A---\nkind: B\n---\n{"kind": "C"}\n'.replace("A---", "A\n---")


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ([], ""),
        (["a\n"], "a\n"),
        (["a", "b"], "a\n---\nb"),
        (["a\n", "---\nb\n"], "a\n---\nb\n"),
        (["a", "---\nb"], "a\n---\nb"),
        (["", "b"], "b"),
    ],
)
def test_texts_are_kept_apart(texts, whole):
    assert joined(texts) == whole


@pytest.mark.parametrize(
    ("content", "place"), [(b"a: [1\n", "broken.yaml:"), (b"a: 1\nb: \xff\n", "broken.yaml:2")]
)
def test_what_cannot_be_read_prints_nothing_at_all(tmp_path, content, place):
    (tmp_path / "a.yaml").write_text("kind: A\n")
    (tmp_path / "broken.yaml").write_bytes(content)
    done = ingress("convert", "-f", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert place in done.stderr
    assert "mend: " in done.stderr


def test_a_missing_file_is_named(tmp_path):
    done = ingress("convert", "-f", tmp_path / "missing.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "missing.yaml" in done.stderr


def test_a_mistake_without_a_line_names_the_file():
    with pytest.raises(Mistake, match=r"^a\.yaml"):
        converted(File("a.yaml", "\x00"))
