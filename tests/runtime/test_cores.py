import os
from pathlib import Path

import pytest

from ingress.runtime.cores import usable_cores

MANY = min(os.cpu_count() or 1, len(os.sched_getaffinity(0)))


def test_without_a_quota_they_are_those_we_may_run_on(tmp_path: Path) -> None:
    assert usable_cores(tmp_path) == MANY


@pytest.mark.parametrize(
    ("written", "cores"),
    [("max 100000\n", MANY), ("100000 100000\n", 1), ("10000 100000\n", 1), ("150000 100000", 2)],
)
def test_a_quota_counts(tmp_path: Path, written: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(written)
    assert usable_cores(tmp_path) == min(cores, MANY)


@pytest.mark.parametrize(("quota", "cores"), [("-1\n", MANY), ("50000\n", 1)])
def test_a_quota_of_the_old_kind_counts(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(tmp_path) == cores
