"""Objects of a real cluster, listed at once and watched from then on.

``api`` is the one place that speaks to an API server; whoever writes to it goes through there too.
"""

from ingress.sources.cluster.unopened import leave_unopened

leave_unopened()  # before any module of this package imports the library
