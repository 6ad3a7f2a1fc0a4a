from benchmarks.profiling import summary

LOOP = "Runner.run (asyncio/runners.py:86)"
GATE = "data_received (ingress/proxy/downstream/gate.py)"
FOLDED = f"""\
main (ingress/__main__.py);{LOOP};{GATE};match (h11/a.py) 30
main (ingress/__main__.py);{LOOP};{GATE} 6
main (ingress/__main__.py);{LOOP} 4
run (threading.py);wait (threading.py) 100
"""


def test_own_time_and_time_with_callees():
    lines = list(summary(FOLDED))
    assert lines[0].startswith("40 samples\n")
    by_function = lines[lines.index("\n own  with callees  function") + 1 :]
    assert [line.split()[:3] for line in by_function] == [
        ["75%", "75%", "match"],
        ["15%", "90%", "data_received"],
        ["10%", "100%", "Runner.run"],
    ]


def test_packages_are_rooms_where_they_are_ours():
    assert list(summary(FOLDED))[1:4] == [
        " 75%  h11",
        " 15%  ingress.proxy.downstream",
        " 10%  event loop and its C code",
    ]


def test_no_samples_is_no_failure():
    assert next(summary("")).startswith("0 samples")
