from ingress.proxy.admission cimport Admission


cdef class ExpressLane:
    cdef public object settings, fixtures
    cdef public Admission admission
    cdef public Py_ssize_t max_header_bytes
    cdef set _tunnels

    cpdef begin(self, gate)
