from ingress.cli.mistakes import ExitCode
from ingress.cli.once import compiled


def test_manifests_are_read_and_compiled_once(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n"
        "spec: {rules: [{host: a.b}]}\n"
    )
    made = compiled({"filename": [str(tmp_path)], "namespace": "shop"})
    assert list(made.build.snapshot.hosts) == ["a.b"]
    assert made.run.namespace == "shop"
    assert made.exit_code() == ExitCode.FINE
    assert capsys.readouterr().err == ""


def test_files_that_could_not_be_read_are_told_and_counted(tmp_path, capsys):
    made = compiled({"filename": [str(tmp_path / "missing")]})
    assert made.exit_code() == ExitCode.FOUND
    assert "UnreadableFile" in capsys.readouterr().err
