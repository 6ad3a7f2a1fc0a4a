cimport cython


@cython.final
cdef class Turn:
    cdef object _soon, _over
    cdef list _outlets

    cpdef add(self, Outlet outlet)
    @cython.locals(outlet=Outlet)
    cpdef _end(self)


@cython.final
cdef class Outlet:
    cdef object _transport, _is_closing, _send
    cdef Turn _turn
    cdef bytes _unsent

    cpdef write(self, bytes data, bytes more=*)
    cpdef flush(self)
