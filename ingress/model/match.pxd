cimport cython


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Match:
    cdef readonly object route, host, server_name, decided_by
