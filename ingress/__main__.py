"""``python -m ingress`` is the command ``ingress``."""

from ingress.cli.app import main

if __name__ == "__main__":
    main()
