from ingress.model.memory cimport Memory
from ingress.proxy.http1.fields cimport Head
from ingress.proxy.http1.messages cimport ContentLength

cdef Memory _status_lines, _lengths

cpdef Head split_head(bytes data)
cpdef tuple read_status_line(bytes line)
cpdef ContentLength content_length(list values)
cpdef bint is_chunked(list values, tuple version, ContentLength length)
