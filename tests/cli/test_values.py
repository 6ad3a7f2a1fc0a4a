import ipaddress

import pytest

from ingress.cli import values
from ingress.cli.values import BackendOverride
from ingress.model.inventory import ObjectKey
from ingress.model.snapshot import BackendRef
from ingress.runtime.cores import usable_cores
from ingress.settings import ListenAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", ListenAddress("127.0.0.1", 8080)),
        ("[::1]:8443", ListenAddress("::1", 8443)),
        ("[::]:0", ListenAddress("::", 0)),
        (":8080", ListenAddress("0.0.0.0", 8080)),
        (":0", ListenAddress("0.0.0.0", 0)),
        ("localhost:80", ListenAddress("127.0.0.1", 80)),
    ],
)
def test_addresses(text, address):
    assert values.read_address(text) == address


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.read_timeout, "1m30s", 90.0),
        (values.read_head_size, "64Ki", 65_536),
        (values.read_count, "0", 0),
        (values.read_workers, "1", 1),
        (values.read_workers, "512", 512),
        (values.read_workers, "auto", usable_cores()),
        (values.read_port, "65535", 65_535),
        (values.read_network, "10.0.0.0/8", ipaddress.ip_network("10.0.0.0/8")),
        (values.read_network, "2001:db8::1", ipaddress.ip_network("2001:db8::1/128")),
        (values.read_namespace, "shop", "shop"),
        (values.read_name, "a.b-c", "a.b-c"),
        (values.read_public_address, "2001:DB8::1", "2001:db8::1"),
        (values.read_public_address, "lb.example.com", "lb.example.com"),
        (values.read_object, "default/web", ObjectKey("default", "web")),
        (values.read_backend_ref, "a/b:80", BackendRef("a", "b", 80)),
        (values.read_backend_ref, "a/b:http", BackendRef("a", "b", "http")),
        (
            values.read_override,
            "a/b=localhost:3000",
            BackendOverride(ObjectKey("a", "b"), None, "localhost", 3000),
        ),
        (
            values.read_override,
            "a/b:http=[::1]:3000",
            BackendOverride(ObjectKey("a", "b"), "http", "::1", 3000),
        ),
        (values.one_of("json", "off").read, "off", "off"),
        (values.read_switch, "Yes", True),
        (values.read_switch, "off", False),
    ],
)
def test_values(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((values.read_address, text) for text in ("", "8080", ":", ":x", "::1:80", "a.b:80")),
        *((values.read_address, text) for text in (":65536", "[127.0.0.1]:80", "[::1:80", ":²")),
        *((values.read_timeout, text) for text in ("", "0s", "5", "-1s", "1d")),
        *((values.read_head_size, text) for text in ("", "0", "1023", "x", "1KB")),
        *((values.read_count, text) for text in ("", "-1", "1.5", "²")),
        *((values.read_workers, text) for text in ("", "0", "513", "-1", "all", "²")),
        *((values.read_port, text) for text in ("", "0", "65536", "http")),
        *((values.read_network, text) for text in ("", "10.0.0.1/8", "x", "10.0.0.0/33")),
        *((values.read_object, text) for text in ("", "web", "/web", "a/", "a/b/c", "a/B")),
        *((values.read_name, text) for text in ("", "A", "a_b", "a/b", "a" * 254)),
        *((values.read_public_address, text) for text in ("", "A", "1.2.3", "1.2.3.4.5", "a/b")),
        *((values.read_namespace, text) for text in ("", "A", "a.b", "a/b")),
        *((values.read_backend_ref, text) for text in ("", "a/b", "a/b:", "b:80")),
        *((values.read_override, text) for text in ("", "a/b", "a/b=", "a/b=x", "a/b=:3000")),
        *((values.read_override, text) for text in ("b=x:1", "a/b:=x:1", "a/b=x:0")),
        (values.one_of("json", "off").read, "xml"),
        (values.read_switch, "perhaps"),
    ],
)
def test_what_cannot_be_read_says_the_mend(read, text):
    with pytest.raises(ValueError, match="; write "):
        read(text)
