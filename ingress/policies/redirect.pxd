from ingress.model.match cimport Match
from ingress.model.messages cimport RequestHead
from ingress.policies.identity cimport Identity


cpdef bint wants_https(Match match, Identity identity)
cpdef str https_location(RequestHead head, port)
