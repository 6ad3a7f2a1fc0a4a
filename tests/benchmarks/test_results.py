import json

from benchmarks.results import Sample, machine, rows, table, to_json


def sample(proxy, *, cpu, number=0, failed=0):
    return Sample(
        scenario="keep-alive",
        proxy=proxy,
        round=number,
        cpu=cpu,
        requests_per_second=1e6 / cpu,
        failed=failed,
    )


SAMPLES = [
    sample("ours", cpu=100.0),
    sample("nginx", cpu=25.0),
    sample("ours", cpu=400.0, number=1, failed=2),
    sample("nginx", cpu=20.0, number=1),
    sample("ours", cpu=110.0, number=2),
    sample("nginx", cpu=22.0, number=2),
]


def test_a_row_is_the_median_of_its_rounds():
    ours, nginx = rows(SAMPLES)
    assert (ours.proxy, ours.cpu, ours.lowest, ours.highest, ours.failed) == (
        "ours",
        110.0,
        100.0,
        400.0,
        2,
    )
    assert (nginx.proxy, nginx.cpu) == ("nginx", 22.0)


def test_the_table_compares_with_nginx_and_shows_failures():
    _, _, ours, nginx = table(rows(SAMPLES))
    assert ours == "| keep-alive | ours | 110.0 | 100.0 to 400.0 | 5.00 | 9,091 | **2** |"
    assert nginx.endswith("| 1.00 | 45,455 | 0 |")


def test_without_nginx_there_is_nothing_to_compare_with():
    assert "| - |" in list(table(rows(SAMPLES[:1])))[2]


def test_everything_measured_is_kept():
    kept = json.loads(to_json(SAMPLES, versions={"nginx": "1.22"}))
    assert len(kept["samples"]) == 6
    assert kept["versions"] == {"nginx": "1.22"}
    assert kept["machine"] == machine()
