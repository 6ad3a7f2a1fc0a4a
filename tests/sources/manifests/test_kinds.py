"""The kinds of ours and their groups."""

from ingress.model.inventory import TABLES
from ingress.sources.manifests.kinds import KINDS, group_of


def test_groups() -> None:
    assert group_of("v1") == ""
    assert group_of("networking.k8s.io/v1") == "networking.k8s.io"


def test_every_kind_has_a_table_and_versions_of_its_groups() -> None:
    assert {kind.table for kind in KINDS.values()} == set(TABLES)
    for kind in KINDS.values():
        assert {group_of(version) for version in kind.versions} <= set(kind.groups)
