"""Durations (``500ms``, ``30s``, ``1m30s``) and sizes (``65536``, ``64Ki``, ``1Mi``)."""

import re
from typing import Final

# Digits are counted so that no number outgrows a float or the 64 bits that it travels in.
_DURATION: Final = re.compile(
    r"(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m(?!s))?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?"
)
_SIZE: Final = re.compile(r"([0-9]{1,9}|[0-9]{10,18}(?![A-Z]))(Ki|Mi|Gi)?")
_FACTORS: Final = {None: 1, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


def parse_duration(text: str) -> float:
    """Return seconds; raises ValueError with the mend where the text is no duration."""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text!r} is no duration; write 500ms, 30s or 1m30s")
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in match.groups())
    return (hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + milliseconds) / 1000


def parse_size(text: str) -> int:
    """Return bytes; raises ValueError with the mend where the text is no size."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size; write 65536, 64Ki or 1Mi")
    return int(match[1]) * _FACTORS[match[2]]


def format_duration(seconds: float) -> str:
    """Write seconds as ``parse_duration`` reads them."""
    milliseconds = round(seconds * 1000)
    parts = []
    for unit, factor in (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, factor)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
