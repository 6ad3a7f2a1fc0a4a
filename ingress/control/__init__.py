"""The control process: reads, compiles, publishes, reports. No request ever waits for it.

What it says to a worker are encoded Publications, what it hears are Acknowledgements.
"""
