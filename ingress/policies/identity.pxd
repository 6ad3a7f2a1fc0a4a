cimport cython


@cython.final
cdef class Identity:
    cdef readonly str client, peer, scheme
    cdef readonly object port
    cdef readonly bint trusted
    cdef readonly bytes fields
