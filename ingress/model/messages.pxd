cimport cython


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class RequestHead:
    cdef readonly str method, host, authority, path, target
    cdef readonly object port, known
    cdef readonly tuple version
    cdef readonly bytes kept


cpdef bytes first_value(known, bytes name)
cpdef frozenset tokens_of(bytes value)
