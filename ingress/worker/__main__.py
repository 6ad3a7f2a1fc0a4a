"""``python -m ingress.worker DESCRIPTOR``: only a control process starts it."""

import sys

from ingress.worker.process import main

if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
