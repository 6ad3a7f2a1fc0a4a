"""A webhook in the control tier is reached at its pods, as the API server does it."""

import base64
import sys
import time

from cluster.daemon import Daemon
from cluster.manifests import deployment, service
from cluster.waiting import until

from ingress.issuer.authority import Authority, new_authority

# Refuses whatever is asked, and says that it was the webhook.
REFUSES = """
import json, ssl, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = {"allowed": False, "status": {"message": "not here"}}
        said["uid"] = review["request"]["uid"]
        body = json.dumps({**review, "response": said}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = HTTPServer(("0.0.0.0", 8443), Webhook)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True)
print("up", flush=True)
server.serve_forever()
"""


def configuration(namespace: str, *, trust: bytes) -> dict:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": namespace},
        "webhooks": [
            {
                "name": "refuses.example.com",
                "clientConfig": {
                    "service": {"name": "webhook", "namespace": namespace},
                    "caBundle": base64.b64encode(trust).decode(),
                },
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["configmaps"],
                    }
                ],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
            }
        ],
    }


def test_a_webhook_behind_a_service_is_asked(control_tier, namespace):
    authority = new_authority(now=time.time())
    name = f"webhook.{namespace}.svc"
    pair = Authority(authority, now=time.time()).issue([name])
    file = control_tier.inside.folder / f"{namespace}.pem"
    file.touch(mode=0o600)
    file.write_bytes(pair.key.reveal() + pair.certificate)
    webhook = Daemon(control_tier.inside, namespace, sys.executable, "-c", REFUSES, file)
    try:
        until(lambda: "up" in webhook.log.read_text(), "the webhook listens")
        control_tier.apply(
            deployment("webhook", namespace=namespace),
            service("webhook", namespace=namespace, port=443, target=8443),
            configuration(namespace, trust=authority.certificate),
        )

        def refusal() -> str | None:
            words = ("create", "configmap", "any", f"--namespace={namespace}", "--dry-run=server")
            try:
                control_tier.kubectl(*words)
            except RuntimeError as error:
                return str(error)
            return None

        said = until(
            lambda: (text := refusal()) and "not here" in text and text, "the webhook refuses"
        )
        assert 'admission webhook "refuses.example.com" denied the request: not here' in said
    finally:
        webhook.stop()
        control_tier.kubectl("delete", "validatingwebhookconfiguration", namespace)
