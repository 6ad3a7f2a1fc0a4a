cimport cython


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class RequestHead:
    cdef readonly str method, host, authority, path, target
    cdef readonly object port
    cdef readonly dict known
    cdef readonly tuple version
    cdef readonly bytes kept


cpdef bytes first_value(dict known, bytes name)
cpdef frozenset tokens_of(bytes value)
