cimport cython


@cython.final
@cython.freelist(64)
cdef class RequestHead:
    cdef readonly str method, host, authority, path, target
    cdef readonly object port, known
    cdef readonly tuple version
    cdef readonly bytes kept
