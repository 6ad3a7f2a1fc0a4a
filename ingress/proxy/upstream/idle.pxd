cimport cython
from ingress.proxy.upstream.link cimport Link


@cython.final
cdef class IdleLinks:
    cdef object _loop, _now, _retained, _sweeper
    cdef double _seconds
    cdef Py_ssize_t _most
    cdef dict _stacks

    @cython.locals(stack=list, link=Link, oldest=cython.double)
    cpdef Link take(self, endpoint)
    @cython.locals(stack=list)
    cpdef put(self, Link link)
    cpdef forget(self, Link link)
    cpdef _sweep(self)
