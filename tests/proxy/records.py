"""Records of requests that are over."""

from ingress.proxy.record import AccessRecord

_AT_FIRST = frozenset(
    "at request_id client scheme method host target version referer user_agent generation".split()
)


def recorded(**fields):
    """Return a record with these fields, what is known at first and what comes of it."""
    record = AccessRecord(**{name: fields.pop(name) for name in _AT_FIRST & fields.keys()})
    for name, value in fields.items():
        setattr(record, name, value)
    return record
