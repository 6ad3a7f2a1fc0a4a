import ipaddress

import msgspec
import pytest
from wire.served import FALLBACK

from ingress.proxy.counts import Counts, Series
from ingress.settings import ProxySettings
from ingress.worker.messages import (
    Acknowledged,
    Alive,
    Drain,
    Publish,
    Report,
    Reported,
    Setup,
    decode_answer,
    decode_order,
    decode_setup,
    describe,
    encode,
)

OTHERS: dict[str, object] = {
    "trusted_proxies": (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32")),
    "public_http_port": 80,
    "access_log": "combined",
}


def setup(settings: ProxySettings) -> Setup:
    return Setup(
        number=1,
        http=(5, 6),
        https=(),
        turnstile=9,
        fallback=FALLBACK,
        proxy=describe(settings),
    )


@pytest.mark.parametrize("settings", [ProxySettings(), ProxySettings(**OTHERS)])
def test_a_setup_arrives_with_its_settings_and_its_key(settings: ProxySettings) -> None:
    arrived = decode_setup(encode(setup(settings)))
    assert arrived.settings() == settings
    assert arrived.fallback == FALLBACK
    assert arrived.fallback.key.reveal() == FALLBACK.key.reveal()
    assert (arrived.number, arrived.http, arrived.https, arrived.turnstile) == (1, (5, 6), (), 9)


def test_a_setup_never_prints_the_key() -> None:
    assert FALLBACK.key.reveal().decode() not in repr(setup(ProxySettings()))


@pytest.mark.parametrize("order", [Publish(b"\x00p"), Report(), Drain()])
def test_orders_arrive(order: Publish | Report | Drain) -> None:
    assert decode_order(encode(order)) == order


def test_answers_arrive() -> None:
    counts = Counts(
        connections=1, series={("a/i", "a/s"): Series({2: 1})}, failures={("a/i", "", "x"): 2}
    )
    for answer in (Alive(), Acknowledged(b"\x01"), Reported(counts)):
        assert decode_answer(encode(answer)) == answer


def test_an_order_is_no_answer() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_answer(encode(Drain()))
