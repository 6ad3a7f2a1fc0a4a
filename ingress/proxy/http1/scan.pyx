# cython: language_level=3, boundscheck=False, wraparound=False
"""The byte scanner of the compiled build: what ``http1.fields`` has, in C.

Its functions return the same for the same bytes (tests/proxy/http1/test_scan.py), in one pass.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memcmp, memcpy

from ingress.proxy.http1.fields cimport Head

from ingress.model.messages import MEANINGFUL
from ingress.proxy.http1 import fields

cdef enum:
    NAME = 1  # in a token (RFC 9110 §5.6.2)
    TEXT = 2  # in a field's value, or in a status line
    TARGET = 4  # in a request target
    ODD = 8  # where a target may not be a path in its normal form (model.paths)

    WANTED = 1  # what a Sieve does with a field
    NOTED = 2
    DROPPED = 4

    MOST_CUTS = 32
    MOST_KEYS = 256
    LONGEST = 64
    SLOTS = 1024  # many more than there are names, so that few share one

cdef struct Slot:
    const unsigned char *name
    Py_ssize_t size
    int key  # in _keys

cdef unsigned char _kinds[256]
cdef Slot _slots[SLOTS]
cdef list _keys = sorted(MEANINGFUL)
cdef list _names = [key.encode() for key in _keys]  # whose bytes the slots point to
cdef dict _methods = {}
cdef tuple _new = (1, 1), _old = (1, 0)


cdef _prepare():
    cdef int byte
    assert len(_keys) <= MOST_KEYS
    for byte in range(256):
        _kinds[byte] = 0
        if chr(byte).isalnum() and byte < 128 or byte in b"!#$%&'*+-.^_`|~":
            _kinds[byte] |= NAME
        if byte == 9 or 32 <= byte < 127 or byte > 127:
            _kinds[byte] |= TEXT
        if 33 <= byte < 127 and byte != 35:
            _kinds[byte] |= TARGET
        if byte in b"%.?":
            _kinds[byte] |= ODD
    cdef unsigned int at
    cdef bytes name
    for key, name in enumerate(_names):
        at = _hash(PyBytes_AS_STRING(name), len(name))
        while _slots[at].name is not NULL:
            at = (at + 1) % SLOTS
        _slots[at].name = <const unsigned char *> PyBytes_AS_STRING(name)
        _slots[at].size = len(name)
        _slots[at].key = key


cdef unsigned int _hash(const char *name, Py_ssize_t size) noexcept:
    """Return where a name's slot is, the same for capitals and small letters."""
    cdef unsigned int found = <unsigned int> size
    cdef Py_ssize_t at
    for at in range(size):
        found = found * 31 + (name[at] | 32)
    return found % SLOTS


_prepare()


cdef struct Cut:
    const unsigned char *begin
    const unsigned char *end


cdef class Sieve:
    """See ``http1.fields.Sieve``."""

    cdef readonly object wanted, noted, dropped
    cdef unsigned char _does[MOST_KEYS]

    def __init__(self, *, wanted=MEANINGFUL, noted=frozenset(), dropped=frozenset()):
        self.wanted = wanted
        self.noted = noted
        self.dropped = dropped
        for at, key in enumerate(_keys):
            does = WANTED if key in wanted else NOTED if key in noted else 0
            self._does[at] = does | (DROPPED if key in dropped else 0)


def read_head(bytes data, Sieve sieve not None):
    """See ``http1.fields.read_head``; a NUL, which is no text, stands behind all bytes."""
    cdef const unsigned char *at = <const unsigned char *> PyBytes_AS_STRING(data)
    cdef const unsigned char *begin
    cdef const unsigned char *colon
    cdef const unsigned char *first
    cdef Cut cuts[MOST_CUTS]
    cdef int cut = 0, count = 0, key
    cdef unsigned char does
    cdef dict known = {}
    cdef Head head = Head.__new__(Head)
    begin = at
    while _kinds[at[0]] & TEXT:
        at += 1
    if at[0] != 13 or at[1] != 10:
        return None
    head.start = PyBytes_FromStringAndSize(<const char *> begin, at - begin)
    at += 2
    first = at
    while at[0] != 13:
        begin = at
        while _kinds[at[0]] & NAME:
            at += 1
        colon = at
        if colon[0] != 58 or colon == begin:
            return None
        while _kinds[at[0]] & TEXT:
            at += 1
        if at[0] != 13 or at[1] != 10:
            return None
        key = _key(begin, colon - begin)
        does = sieve._does[key] if key >= 0 else 0
        if does & WANTED:
            if _add(known, <str> _keys[key], colon + 1, at):
                head.repeated = True
        elif does & NOTED:
            known[<str> _keys[key]] = []
        at += 2
        count += 1
        if does & DROPPED:
            if cut == MOST_CUTS:
                return fields.read_head(data, sieve)
            cuts[cut].begin = begin
            cuts[cut].end = at
            cut += 1
    if at[1] != 10:
        return None
    head.count, head.known = count, known
    head.kept = _without(first, at, cuts, cut)
    head.size = at + 2 - <const unsigned char *> PyBytes_AS_STRING(data)
    return head


cdef int _key(const unsigned char *name, Py_ssize_t size) noexcept:
    """Return where a name's key (``model.messages.field_key``) is, -1 where it means nothing."""
    if size >= LONGEST:
        return -1
    cdef unsigned int at = _hash(<const char *> name, size)
    while _slots[at].name is not NULL:
        if _slots[at].size == size and _alike(_slots[at].name, name, size):
            return _slots[at].key
        at = (at + 1) % SLOTS
    return -1


cdef bint _alike(const unsigned char *key, const unsigned char *name, Py_ssize_t size) noexcept:
    """Tell whether a name is a key but for capitals."""
    cdef Py_ssize_t at
    cdef unsigned char byte
    for at in range(size):
        byte = name[at]
        if 65 <= byte <= 90:
            byte |= 32
        if byte != key[at]:
            return False
    return True


cdef bint _add(
    dict known, str key, const unsigned char *begin, const unsigned char *end
) except -1:
    """Keep a value, and tell whether it is not the first of its field."""
    while begin < end and (begin[0] == 32 or begin[0] == 9):
        begin += 1
    while end > begin and (end[-1] == 32 or end[-1] == 9):
        end -= 1
    cdef bytes value = PyBytes_FromStringAndSize(<const char *> begin, end - begin)
    cdef list values = [value]
    before = known.setdefault(key, values)
    if before is values:
        return False
    (<list> before).append(value)
    return True


cdef bytes _without(
    const unsigned char *begin, const unsigned char *end, Cut *cuts, int count
):
    """Return what lies between, without the cuts."""
    cdef Py_ssize_t size = end - begin
    cdef int cut
    for cut in range(count):
        size -= cuts[cut].end - cuts[cut].begin
    cdef bytes kept = PyBytes_FromStringAndSize(NULL, size)
    cdef char *to = PyBytes_AS_STRING(kept)
    for cut in range(count):
        memcpy(to, begin, cuts[cut].begin - begin)
        to += cuts[cut].begin - begin
        begin = cuts[cut].end
    memcpy(to, begin, end - begin)
    return kept


def read_request_line(bytes line):
    """See ``http1.fields.read_request_line``."""
    cdef const unsigned char *begin = <const unsigned char *> PyBytes_AS_STRING(line)
    cdef const unsigned char *end = begin + PyBytes_GET_SIZE(line)
    cdef const unsigned char *at = begin
    while _kinds[at[0]] & NAME:
        at += 1
    if at == begin or at[0] != 32:
        return None
    method = _method(PyBytes_FromStringAndSize(<const char *> begin, at - begin))
    at += 1
    begin = at
    cdef bint plain = at[0] == 47
    while _kinds[at[0]] & TARGET:
        if _kinds[at[0]] & ODD and (at[0] != 46 or at[-1] == 47):
            plain = False
        at += 1
    if at == begin or end - at != 9 or memcmp(at, b" HTTP/1.", 8) != 0:
        return None
    if at[8] != 49 and at[8] != 48:
        return None
    target = (<const char *> begin)[:at - begin].decode("ascii")
    return method, target, _new if at[8] == 49 else _old, plain


cdef str _method(bytes method):
    found = _methods.get(method)
    if found is None:
        found = method.decode("ascii")
        if len(_methods) < 64 and len(method) < LONGEST:
            _methods[method] = found
    return <str> found
