cimport cython


@cython.final
@cython.no_gc
cdef class StatusLine:
    cdef readonly int status
    cdef readonly bytes reason
    cdef readonly tuple lines


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ResponseHead:
    cdef readonly StatusLine line
    cdef readonly int status
    cdef readonly bytes kept
    cdef readonly tuple version, interims
    cdef readonly object framing, content_length
    cdef readonly dict known
    cdef readonly bint keep_alive
