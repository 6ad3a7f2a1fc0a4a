cimport cython


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ResponseHead:
    cdef readonly int status
    cdef readonly bytes reason, kept
    cdef readonly tuple version, interims
    cdef readonly object framing, content_length, known
    cdef readonly bint keep_alive
