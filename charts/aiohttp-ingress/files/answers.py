"""What `helm test` runs: asks each URL until it is answered as it should be, or time is over.

Arguments: SECONDS SERVICE:PORT/PATH=STATUS...; STATUS is a number, or `any` for whatever is HTTP.
"""

import http.client
import os
import sys
import time


def address_of(service: str) -> str:
    """Return where Kubernetes told this pod that the Service is, so that DNS is not needed."""
    return os.environ.get(f"{service.upper().replace('-', '_')}_SERVICE_HOST") or service


def ask(service: str, *, port: int, path: str) -> tuple[int, str]:
    """Return the status and the reason; redirects are answers too."""
    connection = http.client.HTTPConnection(address_of(service), port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": service})
        answer = connection.getresponse()
        return answer.status, answer.reason
    finally:
        connection.close()


def is_answered(asked: str, *, until: float) -> bool:
    """Ask until the answer is the wanted one; print what came last."""
    url, _, wanted = asked.rpartition("=")
    place, _, path = url.partition("/")
    service, _, port = place.partition(":")
    while True:
        try:
            status, said = ask(service, port=int(port), path=f"/{path}")
        except (OSError, http.client.HTTPException) as error:
            status, said = 0, str(error) or type(error).__name__
        good = status > 0 if wanted == "any" else status == int(wanted)
        if good or time.monotonic() > until:
            print(f"{'ok  ' if good else 'FAIL'} http://{url}: {status or ''} {said}", flush=True)
            return good
        time.sleep(0.5)


if __name__ == "__main__":
    end = time.monotonic() + float(sys.argv[1])
    answered = [is_answered(asked, until=end) for asked in sys.argv[2:]]
    sys.exit(not all(answered))
