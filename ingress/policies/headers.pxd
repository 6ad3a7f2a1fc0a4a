cimport cython
from ingress.model.messages cimport RequestHead, tokens_of
from ingress.policies.identity cimport Identity


@cython.locals(known=dict)
cpdef bytes request_fields(RequestHead head, Identity identity, str request_id)
cpdef bytes response_fields(bytes kept, dict known)
cpdef bytes without_named(bytes kept, dict known)
cdef _named(dict known)
