cimport cython
from ingress.model.memory cimport Memory
from ingress.model.messages cimport RequestHead
from ingress.model.paths cimport normalise_path
from ingress.proxy.http1.fields cimport Head

cdef Memory _hosts


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Request:
    cdef public RequestHead head
    cdef public object framing
    cdef public bytes received
    cdef public bint expects_continue, keep_alive


@cython.locals(known=dict, plain=cython.bint)
cpdef Request request_of(bytes raw, Head read)
cpdef tuple check_request_line(bytes line)
@cython.locals(known=dict)
cdef _check_fields(Head read)
cdef tuple _normal(str target)
cdef tuple _host(dict known, tuple version)
