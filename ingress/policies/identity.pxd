cimport cython


@cython.final
@cython.no_gc
cdef class Identity:
    cdef readonly str client, peer, scheme
    cdef readonly object port
    cdef readonly bint trusted
    cdef readonly bytes fields


cpdef str request_id_of(dict known)
