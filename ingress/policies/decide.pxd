from ingress.model.match cimport Match
from ingress.model.messages cimport RequestHead
from ingress.policies.identity cimport Identity
from ingress.policies.redirect cimport https_location, wants_https


cpdef decide(RequestHead head, Identity identity, Match match, ports)
cdef _https_only(RequestHead head, Identity identity, Match match, ports)
cdef _servable(Match match)
