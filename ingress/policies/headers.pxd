from ingress.model.messages cimport RequestHead
from ingress.policies.identity cimport Identity


cpdef bytes request_fields(RequestHead head, Identity identity, str request_id)
