cimport cython
from ingress.proxy.admission cimport Errand
from ingress.proxy.downstream.gate cimport Gate
from ingress.proxy.exchange cimport Exchange
from ingress.proxy.express.lane cimport ExpressLane
from ingress.proxy.express.upload cimport Upload
from ingress.proxy.upstream.link cimport Link
from ingress.proxy.upstream.parser cimport ResponseParser
from ingress.proxy.upstream.requests cimport encode_head


cdef class Sending(Exchange):
    cdef object _endpoint, _dialling
    cdef Upload _upload
    cdef ExpressLane _lane
    cdef Errand _errand
    cdef ResponseParser _parser
    cdef Link _link
    cdef tuple _tried
    cdef Py_ssize_t _unsent, _interims

    cdef _set_out(self, ExpressLane lane, Gate gate)
    cpdef send(self, errand)
    cdef _send_to(self, endpoint, Link link)
    cpdef _dialled(self, link)
    cdef _retry(self, failure)
    cdef _begin(self, Link link)
    cdef _want_body(self)
    cpdef upstream_lost(self, failure)
    cpdef upstream_full(self)
    cpdef upstream_ready(self)
    cpdef upstream_too_late(self)
    cdef _watch_upstream(self)
    cdef _watch_client(self)
    @cython.locals(link=Link)
    cdef _leave_upstream(self)
    @cython.locals(link=Link)
    cdef Link _detached(self)
    cpdef fail(self, failure)
    cpdef response_received(self, bytes data)
    cpdef upstream_ended(self)
