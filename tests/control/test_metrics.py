import os

from prometheus_client.parser import text_string_to_metric_families

from ingress import __version__
from ingress.control.metrics import Told, prometheus_text
from ingress.model.secret import SecretBytes
from ingress.model.snapshot import Certificate, Snapshot
from ingress.proxy.counts import BUCKETS, Counts, Series
from ingress.runtime.build import which_build

CERTIFICATE = Certificate(
    fingerprint="f",
    chain=b"",
    key=SecretBytes(b""),
    names=(),
    not_before=0,
    not_after=1_800_000_000,
    key_type="",
)


def samples(counts: Counts) -> dict[tuple[str, ...], float]:
    told = Told(
        counts,
        generation=7,
        snapshot=Snapshot(certificates={"d/s": CERTIFICATE}),
        pids={"control": os.getpid(), "worker 1": os.getppid()},
        deaths={"worker 1": 2},
    )
    families = text_string_to_metric_families(prometheus_text(told).decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_family_is_told() -> None:
    buckets = [0] * (len(BUCKETS) + 1)
    buckets[1], buckets[-1] = 2, 1
    found = samples(
        Counts(
            connections=3,
            series={("d/i", "d/s"): Series({2: 2, 4: 1}, buckets, 100.5)},
            failures={("d/i", "d/s", "upstream-refused"): 5},
        )
    )
    assert found["ingress_requests_total", "d/i", "d/s", "2xx"] == 2
    assert found["ingress_requests_total", "d/i", "d/s", "4xx"] == 1
    bucket = "ingress_request_duration_seconds_bucket"
    durations = {key[1:]: value for key, value in found.items() if key[0] == bucket}
    assert durations["d/i", "0.0025", "d/s"] == 2
    assert durations["d/i", "60.0", "d/s"] == 2
    assert durations["d/i", "+Inf", "d/s"] == 3
    assert found["ingress_request_duration_seconds_sum", "d/i", "d/s"] == 100.5
    assert found["ingress_failures_total", "d/i", "upstream-refused", "d/s"] == 5
    assert found["ingress_generation",] == 7
    assert found["ingress_connections",] == 3
    assert found["ingress_build_info", which_build(), __version__] == 1
    assert found["ingress_certificate_expiry_timestamp_seconds", "d/s"] == 1_800_000_000
    assert found["ingress_worker_deaths_total", "worker 1"] == 2


def test_every_process_has_its_own_figures() -> None:
    found = samples(Counts())
    assert found["process_resident_memory_bytes", "control"] > 1e6
    assert found["process_resident_memory_bytes", "worker 1"] > 0
    assert found["process_cpu_seconds_total", "control"] > 0
