cimport cython


cpdef bytes encode_head(str method, str target, bytes fields, framing, bytes upgrade)
cdef bytes _framing_line(framing)


@cython.final
cdef class RequestBody:
    cdef bint _chunked
    cdef long long _left
    cdef public bint complete

    cpdef bytes piece(self, bytes data)
    cpdef bytes end(self, trailers=*)
