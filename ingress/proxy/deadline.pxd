cimport cython

@cython.final
cdef class Deadline:
    cdef object _loop, _now, _passed, _timer
    cdef double _when, _due

    cpdef within(self, double seconds)
    cpdef clear(self)
    cpdef close(self)
    cdef _start(self)
    cpdef _fired(self)
