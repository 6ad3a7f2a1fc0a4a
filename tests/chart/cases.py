"""The matrix: values as people set them, each case for what is special about it."""

from typing import Any

CASES: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "a name of its own": {
        "fullnameOverride": "edge",
        "commonLabels": {"team": "web"},
        "imagePullSecrets": [{"name": "registry"}],
        "serviceAccount": {"name": "edge-account", "annotations": {"role": "reader"}},
    },
    "the longest name": {"fullnameOverride": "n" * 63},
    "a pinned image": {
        "controller": {
            "image": {
                "repository": "registry.example/ingress",
                "digest": f"sha256:{'0' * 64}",
                "pullPolicy": "Always",
            }
        }
    },
    "one on every node, with its ports": {
        "controller": {
            "kind": "DaemonSet",
            "hostPort": {"enabled": True},
            "hostNetwork": True,
            "service": {"enabled": False},
            "publishService": {"enabled": False},
            "publishStatusAddresses": ["192.0.2.7", "edge.example.com"],
            "clearStatus": True,
            "tolerations": [{"operator": "Exists"}],
        }
    },
    "a load balancer that asks for much": {
        "controller": {
            "service": {
                "annotations": {"example.com/balancer": "internal"},
                "labels": {"tier": "edge"},
                "externalTrafficPolicy": "Local",
                "internalTrafficPolicy": "Cluster",
                "sessionAffinity": "ClientIP",
                "healthCheckNodePort": 32100,
                "loadBalancerIP": "192.0.2.7",
                "loadBalancerClass": "example.com/internal",
                "loadBalancerSourceRanges": ["192.0.2.0/24"],
                "externalIPs": ["192.0.2.8"],
                "nodePorts": {"http": 30080, "https": 30443},
                "ipFamilyPolicy": "PreferDualStack",
                "ipFamilies": ["IPv4", "IPv6"],
            },
            "listenAddresses": ["0.0.0.0", "[::]"],
            "trustedProxies": ["192.0.2.0/24", "2001:db8::/32"],
        }
    },
    "a NodePort": {
        "controller": {"service": {"type": "NodePort", "nodePorts": {"http": 30001}}},
    },
    "no HTTPS, no appProtocol, a ClusterIP": {
        "controller": {
            "service": {
                "type": "ClusterIP",
                "clusterIP": "None",
                "enableHttps": False,
                "appProtocol": False,
                "ports": {"http": 8000},
            },
            "metrics": {"service": {"enabled": False}},
        }
    },
    "two namespaces, two Secrets": {
        "controller": {
            "watchNamespaces": ["shop", "blog"],
            "ingressClassResource": {"enabled": False, "name": "edge"},
            "publishService": {"pathOverride": "network/front"},
            "service": {"type": "NodePort"},
        },
        "rbac": {"secretNames": ["shop-tls", "blog-tls"]},
    },
    "admission": {
        "controller": {
            "admissionWebhooks": {
                "enabled": True,
                "failurePolicy": "Fail",
                "objectSelector": {"matchLabels": {"checked": "yes"}},
                "annotations": {"a": "b"},
                "service": {"annotations": {"a": "b"}},
            },
            "networkPolicy": {"enabled": True},
        }
    },
    "admission in one namespace": {
        "controller": {"watchNamespaces": ["shop"], "admissionWebhooks": {"enabled": True}},
    },
    "looked at": {
        "controller": {
            "metrics": {
                "service": {"port": 9100, "annotations": {"a": "b"}, "labels": {"a": "b"}},
                "serviceMonitor": {
                    "enabled": True,
                    "interval": "15s",
                    "scrapeTimeout": "5s",
                    "labels": {"release": "prometheus"},
                    "relabelings": [{"action": "labeldrop", "regex": "pod"}],
                    "metricRelabelings": [{"action": "labeldrop", "regex": "le"}],
                },
            },
            "networkPolicy": {
                "enabled": True,
                "adminFrom": [
                    {"namespaceSelector": {"matchLabels": {"name": "monitoring"}}},
                ],
            },
        }
    },
    "as many as are needed": {
        "controller": {
            "autoscaling": {
                "enabled": True,
                "targetMemoryUtilizationPercentage": 80,
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}},
            },
            "podDisruptionBudget": {"maxUnavailable": "25%"},
        }
    },
    "one pod": {"controller": {"replicaCount": 1, "updateStrategy": {"type": "Recreate"}}},
    "nothing made that others make": {
        "serviceAccount": {"create": False, "name": "theirs"},
        "rbac": {"create": False},
        "controller": {"ingressClassResource": {"enabled": False}},
    },
    "everything extra": {
        "controller": {
            "extraArgs": {
                "proxy-read-timeout": "30s",
                "upstream-keep-alive-connections": 64,
                "max-body-bytes": "1Mi",
            },
            "extraEnvs": [{"name": "TZ", "value": "UTC"}],
            "extraInitContainers": [{"name": "first", "image": "first:1"}],
            "extraContainers": [{"name": "beside", "image": "beside:1"}],
            "extraVolumes": [{"name": "more", "emptyDir": {}}],
            "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
            "resources": {"limits": {"memory": "512Mi"}},
            "labels": {"a": "b"},
            "annotations": {"a": "b"},
            "podLabels": {"a": "b"},
            "podAnnotations": {"a": "b"},
            "affinity": {"podAntiAffinity": {}},
            "priorityClassName": "system-cluster-critical",
            "dnsPolicy": "Default",
            "defaultBackend": "shop/front:http",
            "defaultCertificate": "shop/wildcard",
            "publicPorts": {"http": 8080, "https": 8443},
            "workers": "auto",
            "accessLog": "combined",
            "drainSeconds": 300,
            "preStopSeconds": 0,
            "electionID": "edge",
            "state": {"privateKeys": True, "medium": "Memory", "sizeLimit": "64Mi"},
            "ingressClassResource": {"default": True, "annotations": {"a": "b"}},
        }
    },
    "no state": {"controller": {"state": {"enabled": False}}},
    "part of another chart": {"global": {"storageClass": "fast"}},
}
