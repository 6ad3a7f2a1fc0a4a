"""``python -m ingress.worker DESCRIPTOR``: only a control process starts it."""

import sys

from ingress.runtime.collector import no_collector_at_first

if __name__ == "__main__":
    with no_collector_at_first():
        from ingress.worker.process import main

        sys.exit(main(int(sys.argv[1])))
