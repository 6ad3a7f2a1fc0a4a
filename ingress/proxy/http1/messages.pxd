cimport cython
from ingress.model.messages cimport Options


@cython.final
@cython.no_gc
cdef class StatusLine:
    cdef readonly int status
    cdef readonly bytes reason
    cdef readonly tuple lines


@cython.final
@cython.no_gc
cdef class ContentLength:
    cdef readonly long long value
    cdef readonly bytes line


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ResponseHead:
    cdef readonly StatusLine line
    cdef readonly int status
    cdef readonly bytes kept
    cdef readonly tuple version, interims
    cdef readonly object framing
    cdef readonly ContentLength length
    cdef readonly Options options
    cdef readonly dict known
    cdef readonly bint keep_alive
