"""Kubeconfigs and pods' service accounts, good and bad."""

import datetime as dt

import pytest
from sources.cluster.kubeconfigs import kubeconfig, plugin

from ingress.sources.cluster.credentials import NoCredentialsError, Where, credentials

TOKEN = "a-very-secret-token"


async def test_a_kubeconfig(tmp_path):
    found = await credentials(kubeconfig(tmp_path, {"token": TOKEN}))
    assert found.configuration.host == "http://127.0.0.1:1"
    assert await found.authorization() == f"Bearer {TOKEN}"
    assert found.namespace == "shop"


async def test_another_context_of_it(tmp_path):
    where = kubeconfig(tmp_path, {"token": TOKEN})._replace(context="other")
    found = await credentials(where)
    assert found.configuration.host == "https://other.test"
    assert (found.namespace, await found.authorization()) == ("default", None)


async def test_an_exec_plugin(tmp_path):
    found = await credentials(kubeconfig(tmp_path, {"exec": plugin(tmp_path)}))
    assert await found.authorization() == "Bearer token-1"


async def test_a_pod_reads_its_token_again(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    account = tmp_path / "account"
    account.mkdir()
    for name, text in {"token": "one", "ca.crt": "a CA", "namespace": "ingress"}.items():
        (account / name).write_text(text)
    where = Where(token_file=str(account / "token"), ca_file=str(account / "ca.crt"))
    found = await credentials(where)
    assert found.configuration.host == "https://[fd00::1]:443"
    assert (found.namespace, await found.authorization()) == ("ingress", "Bearer one")
    (account / "token").write_text("two\n")
    hook = found.configuration.refresh_api_key_hook
    (loader,) = [cell.cell_contents for cell in hook.__closure__]
    loader.token_expires_at = dt.datetime.now()  # as if the minute were over
    assert await found.authorization() == "Bearer two"


async def test_a_pod_without_a_service(tmp_path, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    (tmp_path / "token").write_text("one")
    with pytest.raises(NoCredentialsError, match=r"host/port is not set") as error:
        await credentials(Where(token_file=str(tmp_path / "token")))
    assert "automountServiceAccountToken" in error.value.mend


async def test_no_kubeconfig(tmp_path):
    with pytest.raises(NoCredentialsError, match=r"there is no kubeconfig at .*/nowhere") as error:
        await credentials(Where(str(tmp_path / "nowhere")))
    assert "--kubeconfig" in error.value.mend


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"token": TOKEN, "exec": {"command": "x"}}, "missing key 'apiVersion'"),
        ({"token": TOKEN, "client-certificate": "/no/such.crt"}, "/no/such.crt"),
        ({"token": TOKEN, "auth-provider": {"name": "oidc", "config": {}}}, "refresh-token"),
        ({"token": TOKEN, "auth-provider": {"name": "gcp", "config": [TOKEN]}}, ""),
        ({"token": TOKEN, "exec": {"command": "/no/such", "apiVersion": "v1"}}, "/no/such"),
    ],
)
async def test_a_user_who_cannot_be_used(tmp_path, user, said):
    where = kubeconfig(tmp_path, user, server="https://127.0.0.1:1")
    with pytest.raises(NoCredentialsError) as error:
        await credentials(where)
    assert said in str(error.value)
    assert TOKEN not in str(error.value) + error.value.mend


@pytest.mark.parametrize("text", ["", "[]", "a: {", "kind: Config", f"users: [{{name: {TOKEN}}}]"])
async def test_a_file_that_is_no_kubeconfig(tmp_path, text):
    (tmp_path / "config").write_text(text)
    with pytest.raises(NoCredentialsError, match="cannot be used") as error:
        await credentials(Where(str(tmp_path / "config")))
    assert TOKEN not in str(error.value)


async def test_an_unknown_context(tmp_path):
    where = kubeconfig(tmp_path, {"token": TOKEN})._replace(context="elsewhere")
    with pytest.raises(NoCredentialsError, match="elsewhere") as error:
        await credentials(where)
    assert TOKEN not in str(error.value)
    assert "get-contexts" in error.value.mend
