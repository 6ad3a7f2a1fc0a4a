"""Atheris goes by the branches that our readers take, from what the tests of the wire send.

`make test` gives it 20 seconds for each reader, from the same seed; FUZZ_SECONDS=3600 an hour. What
it breaks on is printed, and stays in the test's folder.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from wire import hostile_requests, requests, responses

SECONDS = int(os.environ.get("FUZZ_SECONDS", "20"))
LONGEST = 600
ROOT = Path(__file__).parents[2]
SEEDS = {
    "requests": [case.raw for case in (*hostile_requests.hostile(), *requests.legal())],
    "answers": [case.data for case in (*responses.hostile(), *responses.legal())],
}

pytest.importorskip("atheris", reason="there are wheels of Atheris for Linux on x86-64 only")


@pytest.mark.timeout(SECONDS + 100)
@pytest.mark.parametrize("reader", SEEDS)
def test_no_bytes_are_read_in_two_ways(reader: str, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number, data in enumerate(SEEDS[reader]):
        if len(data) < LONGEST:
            flags = number % 256, number % 8
            (seeds / f"{number:04}").write_bytes(bytes(flags) + data)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "fuzz.target", reader, str(seeds)),
            *("-seed=1", f"-max_len={LONGEST}", f"-max_total_time={SECONDS}"),
            *("-verbosity=1", "-print_final_stats=1", f"-artifact_prefix={tmp_path}/"),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}", "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS + 90,
    )
    said = done.stdout + done.stderr
    told = [line for line in said.splitlines() if "DONE" in line]
    print(reader, *told)  # noqa: T201 - the figures, with pytest -s
    assert done.returncode == 0, said[-4000:]
