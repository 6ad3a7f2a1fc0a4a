"""The way in: manifests now, a cluster later; every source yields Inventories.

What a user wrote wrong becomes a Verdict of the Inventory, never an exception.
"""
