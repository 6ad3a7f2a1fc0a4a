cimport cython
from ingress.model.messages cimport Options, options_of, tokens_of
from ingress.proxy.http1.fields cimport Head
from ingress.proxy.http1.messages cimport ContentLength, ResponseHead, StatusLine
from ingress.proxy.upstream.grammar cimport content_length, is_chunked, read_status_line, split_head

cdef int _SWITCHING


@cython.final
@cython.freelist(64)
cdef class ResponseParser:
    cdef public ResponseHead head
    cdef public tuple interims
    cdef public bint ended
    cdef public bytes surplus, upgrade
    cdef str _method
    cdef bytes _buffer
    cdef Py_ssize_t _max_header_bytes
    cdef object _chunks
    cdef long long _left

    cpdef bytes feed(self, bytes data)
    cpdef eof(self)
    @cython.locals(head=ResponseHead)
    cpdef bint leaves_silence(self)
    @cython.locals(head=ResponseHead, read=Head, seen=cython.Py_ssize_t, rest=bytes)
    cdef bytes _feed_head(self, bytes data)
    cdef bytes _wait_for_head(self, bytes data, Py_ssize_t seen)
    @cython.locals(
        known=dict, line=StatusLine, status=cython.int, options=Options,
        lengths=list, codings=list, length=ContentLength, chunked=cython.bint, bodiless=cython.bint
    )
    cdef ResponseHead _read_head(self, Head read)
    cdef _begin_body(self, ResponseHead head)
    cdef bytes _feed_body(self, bytes data)
