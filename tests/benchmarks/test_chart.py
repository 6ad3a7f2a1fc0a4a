import xml.etree.ElementTree as ET

from benchmarks.chart import chart
from benchmarks.results import Row

SVG = "{http://www.w3.org/2000/svg}"


def row(proxy, cpu, *, scenario="keep-alive"):
    return Row(
        scenario=scenario,
        proxy=proxy,
        cpu=cpu,
        kernel=cpu / 2,
        lowest=cpu,
        highest=cpu,
        requests_per_second=1,
        p50=1,
        p99=1,
        failed=0,
    )


def drawn(*rows):
    text = chart(rows, titles={"keep-alive": "1 KB & more", "new": "new"})
    return ET.fromstring(text)  # noqa: S314 - it is ours


def test_twice_the_cost_is_one_step_to_the_right():
    dots = drawn(row("nginx", 10), row("envoy", 20), row("caddy", 40)).iter(f"{SVG}circle")
    _, _, _, nginx, envoy, caddy = (float(dot.attrib["cx"]) for dot in dots)
    assert 0 < envoy - nginx == caddy - envoy


def test_ours_is_a_diamond_and_every_line_has_its_title():
    picture = drawn(row("ours", 9), row("nginx", 10), row("nginx", 10, scenario="new"))
    assert len(list(picture.iter(f"{SVG}polygon"))) == 2, "one in the legend"
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"1 KB & more", "new", "ours", "nginx", "1", "1/2"} <= set(texts)


def test_what_nginx_was_not_asked_has_no_line():
    texts = [text.text for text in drawn(row("ours", 9, scenario="new"), row("nginx", 1)).iter()]
    assert "new" not in texts
