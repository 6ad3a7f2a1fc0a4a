from ingress.model.messages cimport RequestHead, tokens_of
from ingress.policies.identity cimport Identity


cpdef bytes request_fields(RequestHead head, Identity identity, str request_id)
cpdef bytes response_fields(bytes kept, known)
cpdef bytes without_named(bytes kept, known)
cdef _named(known)
