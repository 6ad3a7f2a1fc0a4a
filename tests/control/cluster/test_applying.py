import pytest

from ingress.control.cluster.applying import FIELD_MANAGER, NotThereError, apply
from ingress.sources.cluster.api import ApiError


def fields(uid: str, **data: str) -> dict[str, object]:
    meta = {"name": "web", "uid": uid}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


async def test_only_our_fields_are_touched_and_taken_back(world, api):
    await world.kubectl("create", "configmap", "web", "--from-literal=theirs=1")
    uid = (await world.get("configmap", "web"))["metadata"]["uid"]
    path = f"/api/v1/namespaces/{world.namespace}/configmaps/web"
    await apply(api, path, fields(uid, ours="2"), seconds=20)
    found = await world.get("configmap", "web", "--show-managed-fields")
    assert found["data"] == {"theirs": "1", "ours": "2"}
    managers = {one["manager"]: one for one in found["metadata"]["managedFields"]}
    assert managers[FIELD_MANAGER]["operation"] == "Apply"
    assert managers[FIELD_MANAGER]["fieldsV1"] == {"f:data": {"f:ours": {}}}
    await apply(api, path, fields(uid, theirs="3"), seconds=20)
    assert (await world.get("configmap", "web"))["data"] == {"theirs": "3"}, "by force"


async def test_what_is_gone_or_another_is_neither_made_nor_changed(world, api):
    path = f"/api/v1/namespaces/{world.namespace}/configmaps/web"
    with pytest.raises(NotThereError, match="409"):
        await apply(api, path, fields("some-uid", ours="2"), seconds=20)
    await world.kubectl("create", "configmap", "web")
    with pytest.raises(NotThereError, match="422"):
        await apply(api, path, fields("some-uid", ours="2"), seconds=20)
    assert "data" not in await world.get("configmap", "web")


async def test_what_the_server_refuses_is_refused(world, api):
    await world.kubectl("create", "configmap", "web")
    uid = (await world.get("configmap", "web"))["metadata"]["uid"]
    path = f"/api/v1/namespaces/{world.namespace}/configmaps/web"
    with pytest.raises(ApiError, match="422"):
        await apply(api, path, fields(uid, **{"not a key": "x"}), seconds=20)
