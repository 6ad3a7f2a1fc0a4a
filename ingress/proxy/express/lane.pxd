cimport cython
from ingress.proxy.admission cimport Admission, Fixtures
from ingress.proxy.downstream.gate cimport Gate
from ingress.proxy.record cimport Recorder
from ingress.proxy.upstream.idle cimport IdleLinks


@cython.final
cdef class ExpressLane:
    cdef public object settings
    cdef public Fixtures fixtures
    cdef public Admission admission
    cdef public IdleLinks idle
    cdef public Recorder recorder
    cdef public Py_ssize_t max_header_bytes
    cdef set _tunnels

    cpdef begin(self, Gate gate)
