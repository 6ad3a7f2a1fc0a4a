from ingress.proxy.deadline cimport Deadline
from ingress.proxy.outlet cimport Outlet, Turn


cdef class Link:
    cdef public object address, transport, failure
    cdef public str name
    cdef public Deadline deadline
    cdef public bint reused, heard, paused, full
    cdef public double idle_since
    cdef object _owner, _on_idle, _on_lost, _is_closing, _poll
    cdef Outlet _outlet
    cdef Turn _turn
    cdef bint _carried

    cpdef bint is_silent(self)
    cpdef take(self, owner)
    cpdef give_back(self)
    cpdef abandon(self)
    cpdef write(self, bytes data)
    cpdef fail(self, failure)
    cpdef abort(self)
    cpdef pause_reading(self)
    cpdef resume_reading(self)
    cpdef data_received(self, bytes data)
    cpdef unasked(self)
    cpdef _too_late(self)
