import math

from benchmarks.starts import Start, table

OURS = Start(
    listening=0.1,
    read=0.5,
    served=1.0,
    control_cpu=0.5,
    workers_cpu=0.25,
    machine_cpu=1.5,
    control_memory=80,
    workers_memory=40,
)
PEER = Start(
    listening=0.2,
    read=math.nan,
    served=3.0,
    control_cpu=1.5,
    workers_cpu=0,
    machine_cpu=4.0,
    control_memory=180,
    workers_memory=0,
)


def test_a_start_is_told_by_its_median_and_spread():
    starts = [OURS._replace(served=served) for served in (0.8, 1.0, 1.5)]
    (line,) = table({"ours": starts}).splitlines()
    assert line == (
        "ours: start to the last host 1.00 (0.80 to 1.50) s (listening after 0.10 s,"
        " the cluster read after 0.50 s), CPU 0.75 (0.75 to 0.75) s (control process 0.50,"
        " workers 0.25; all processes of the machine 1.50), memory 120 (120 to 120) MB (80 and 40)"
    )


def test_a_program_that_does_not_tell_when_it_has_read_the_cluster():
    _, line, _ = table({"ours": [OURS], "peer": [PEER]}).splitlines()
    assert "(listening after 0.20 s)" in line


def test_neighbours_are_compared_so_that_a_slow_minute_counts_for_both():
    slow = 4.0
    ours = [OURS, OURS._replace(served=OURS.served * slow)]
    peer = [PEER, PEER._replace(served=PEER.served * slow)]
    *_, line = table({"ours": ours, "peer": peer}).splitlines()
    assert line == (
        "peer, times ours: start to the last host 3.00 (3.00 to 3.00),"
        " CPU 2.00 (2.00 to 2.00), memory 1.50 (1.50 to 1.50)"
    )
