from benchmarks.results import Run, Sample, machine, report, rows, table


def sample(proxy, *, cpu, number=0, failed=0):
    return Sample(
        scenario="keep-alive",
        proxy=proxy,
        round=number,
        requests=1000,
        cpu=cpu,
        kernel=cpu / 4,
        requests_per_second=1e6 / cpu,
        p50=1.0,
        p99=2.0,
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
    assert (
        ours == "| keep-alive | ours | 110.0 | 100.0 to 400.0 | 27.5 | 5.00 | 9,091 "
        "| 1.00 | 2.00 | **2** |"
    )
    assert nginx.endswith("| 1.00 | 45,455 | 1.00 | 2.00 | 0 |")


def test_without_nginx_there_is_nothing_to_compare_with():
    assert "| - |" in list(table(rows(SAMPLES[:1])))[2]


def test_everything_measured_is_kept():
    run = Run(
        machine=machine(),
        versions={"nginx": "1.22"},
        titles={"keep-alive": "1 KB"},
        access_log="file",
        samples=SAMPLES,
    )
    text = run.to_json()
    assert Run.from_json(text) == run
    assert sum(line.startswith("    {") for line in text.splitlines()) == len(SAMPLES)
    assert "- nginx: 1.22" in list(report(run))
