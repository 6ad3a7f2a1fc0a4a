"""Explain: what would become of a request, and why. Pure, like the rooms below it.

It stands above ``routing`` and ``policies`` because it asks both, the very functions that serve:
there is no second way of matching in here.
"""

from ingress.explain.asked import Asked
from ingress.explain.explain import explain
from ingress.explain.explanation import Explanation
from ingress.explain.served import Served

__all__ = ["Asked", "Explanation", "Served", "explain"]
