cimport cython
from ingress.proxy.http1.messages cimport StatusLine


@cython.locals(minor=cython.int, start=bytes)
cpdef bytes start_of(StatusLine line, tuple version, bint keep_alive)
