"""What is written to the cluster: who leads, addresses, events, and answers to admission reviews.

Each part decides first, in plain functions that are given the time, and then does the I/O through
``sources.cluster.api``. Only the leader writes. Nothing here is waited for by a request or by a
Build, nothing of it exists in file mode, and what fails is tried again while serving goes on.
"""
