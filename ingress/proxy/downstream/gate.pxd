from ingress.policies.identity cimport Identity
from ingress.proxy.deadline cimport Deadline
from ingress.proxy.downstream.heads cimport Request
from ingress.proxy.downstream.scanner cimport HeadScanner
from ingress.proxy.outlet cimport Outlet


cdef int _NOTHING, _HEAD, _BODY


cdef class Gate:
    cdef public Request request
    cdef public Identity identity
    cdef public object carrier, peer, transport
    cdef public bint in_flight, draining, full, closing, half_closed
    cdef HeadScanner _scanner
    cdef Deadline _deadline
    cdef Outlet _outlet
    cdef object _lane, _settings, _body, _failure
    cdef bytes _pending
    cdef int _reading
    cdef bint _paused, _lane_paused, _advancing, _unread, _last, _between

    cpdef data_received(self, bytes data)
    cpdef write(self, bytes data, bytes more=*)
    cpdef expect(self, seconds)
    cpdef finished(self, bint keep_alive)
    cpdef close(self)
    cpdef abort(self)
    cpdef refuse(self, failure)
    cdef _advance(self)
    cdef _feed_head(self)
    cdef _begin(self, Request request)
    cdef _feed_body(self)
    cdef _break_body(self, failure)
    cdef _between_requests(self)
    cpdef _too_late(self)
