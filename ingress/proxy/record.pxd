cimport cython

@cython.final
cdef class Recorder:
    cdef object _clock
    cdef tuple _listeners
    cdef long long _milliseconds
    cdef str _moment

    cpdef now(self)
    cpdef add(self, record)
