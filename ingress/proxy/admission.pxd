cimport cython
from ingress.proxy.downstream.gate cimport Gate
from ingress.proxy.exchange cimport Exchange
from ingress.runtime.requestids cimport RequestIds


@cython.final
@cython.freelist(64)
cdef class Errand:
    cdef public object route, backend, timeouts, client, max_bytes
    cdef public bytes fields, upgrade


cdef class Admission:
    cdef public object ports
    cdef object _trusted, _fixtures
    cdef RequestIds _request_ids

    cpdef tuple pin(self, Gate gate)
    cpdef admit(self, Exchange exchange)
    cdef Errand _errand(self, Exchange exchange, route)
