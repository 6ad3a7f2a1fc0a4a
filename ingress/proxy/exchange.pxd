from ingress.proxy.downstream.gate cimport Gate


cdef class Exchange:
    cdef public Gate gate
    cdef public object asked, head, state, identity, record
    cdef public bint answered, keeps_alive, continued, chunked, closes
    cdef long long _began

    cdef bint _must_close(self)
    cpdef bytes begin(self, status, bytes reason)
    cpdef bytes relayed(self, head)
    cpdef bytes interim(self, head)
    cpdef bytes answer(self, answer)
    cpdef page(self, status)
