cimport cython
from ingress.model.messages cimport Options, RequestHead
from ingress.policies.identity cimport Identity


@cython.locals(known=dict)
cpdef bytes request_fields(RequestHead head, Identity identity, str request_id)
cpdef bytes response_fields(bytes kept, dict known, Options options)
cpdef bytes without_named(bytes kept, Options options)
