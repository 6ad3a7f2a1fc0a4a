import pytest

from ingress.cli.asking import ask_objects, query_of
from ingress.cli.mistakes import ExitCode, Mistake

MANIFEST = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  tls: [{hosts: [a.b]}]
  rules: [{host: a.b}]
"""


def test_the_answer_is_that_of_the_table_that_would_serve(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text(MANIFEST)
    flags = {"filename": [str(tmp_path)]}
    query = query_of("http://a.b/", method="GET", headers=(), client=None)
    said, code = ask_objects(query, flags)
    assert (said["status"], code) == (308, ExitCode.FINE)
    assert said["host"] == {"pattern": "a.b", "kind": "exact"}
    trusted = query_of(
        "http://a.b/", method="GET", headers=["X-Forwarded-Proto: https"], client="192.0.2.1"
    )
    monkeypatch.setenv("INGRESS_TRUSTED_PROXY", "192.0.2.0/24")
    assert ask_objects(trusted, flags)[0]["status"] == 404


def test_what_could_not_be_read_is_told_beside_the_answer(tmp_path, capsys):
    query = query_of("http://a.b/", method="GET", headers=(), client=None)
    said, code = ask_objects(query, {"filename": [str(tmp_path / "missing.yaml")]})
    assert (said["status"], code) == (404, ExitCode.FOUND)
    assert "UnreadableFile" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "flag"),
    [({"headers": ["none"]}, "-H 'Name: value'"), ({"client": "me"}, "--client 192.0.2.7")],
)
def test_what_is_asked_wrongly_is_mended_by_flags(more, flag):
    query = query_of("a.b", **{"method": "GET", "headers": (), "client": None} | more)
    with pytest.raises(Mistake) as caught:
        ask_objects(query, {"filename": ["x"]})
    assert flag in caught.value.mend
