{{- /* Rules of roles: the least that works, each with its reason. */ -}}

{{- /* What is read and written wherever Ingresses are watched. */ -}}
{{- define "aiohttp-ingress.watchRules" -}}
# What is served is made of these, and follows them.
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [services]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- with .Values.rbac.secretNames }}
# Certificates: these Secrets, and no others.
- apiGroups: [""]
  resources: [secrets]
  resourceNames:
    {{- toYaml . | nindent 4 }}
  verbs: [get]
{{- else }}
# Certificates. Secrets of type kubernetes.io/tls are listed, others got when an Ingress names them;
# RBAC can express neither.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch]
{{- end }}
{{- if or .Values.controller.publishStatusAddresses (include "aiohttp-ingress.published" .) }}
# The address that `kubectl get ingress` shows; nothing else of an Ingress is ever written.
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
{{- end }}
{{ include "aiohttp-ingress.eventRules" . }}
{{- end }}

{{- define "aiohttp-ingress.eventRules" -}}
# What is wrong with an object, for `kubectl describe`; one that is there already is counted on.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, get, patch]
{{- end }}

{{- /* Whether rules of watching hold in a namespace: `{{ include … (list . "shop") }}`. */ -}}
{{- define "aiohttp-ingress.watches" -}}
{{- $namespaces := (index . 0).Values.controller.watchNamespaces -}}
{{- if or (not $namespaces) (has (index . 1) $namespaces) }}true{{ end }}
{{- end }}

{{- /* Whether they let a Secret of it be got. */ -}}
{{- define "aiohttp-ingress.gets" -}}
{{- $names := (index . 0).Values.rbac.secretNames -}}
{{- if and (include "aiohttp-ingress.watches" .) (or (not $names) (has (index . 2) $names)) }}true{{ end }}
{{- end }}

{{- /* Whether the Service whose address is published is one of the nodes. */ -}}
{{- define "aiohttp-ingress.nodePort" -}}
{{- with .Values.controller.service }}
{{- if and (eq .type "NodePort") (not .externalIPs) (include "aiohttp-ingress.published" $) }}true{{ end }}
{{- end }}
{{- end }}

{{- /* What belongs to no namespace. */ -}}
{{- define "aiohttp-ingress.clusterRules" -}}
{{- $controller := .Values.controller -}}
{{- $everywhere := not $controller.watchNamespaces -}}
{{- $scoped := or $everywhere .Values.rbac.clusterScoped -}}
{{- if $everywhere }}
{{ include "aiohttp-ingress.watchRules" . }}
{{- end }}
{{- if $scoped }}
# Which classes there are, and which one is the default.
- apiGroups: [networking.k8s.io]
  resources: [ingressclasses]
  verbs: [list, watch]
{{- end }}
{{- if and $scoped (include "aiohttp-ingress.nodePort" .) }}
# A NodePort has the addresses of the nodes that run the pods.
- apiGroups: [""]
  resources: [nodes]
  verbs: [get]
{{- end }}
{{- if $controller.admissionWebhooks.enabled }}
# The leader writes into the webhook which certificate the API server is to believe.
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [{{ include "aiohttp-ingress.clusterwide" . }}]
  verbs: [get, patch]
{{- end }}
{{- end }}

{{- /* What is read and written in the release's own namespace. */ -}}
{{- define "aiohttp-ingress.ownRules" -}}
# One pod writes at a time. The Lease is the chart's, so there is none to create, or to be left.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "aiohttp-ingress.lease" . }}]
  verbs: [get, patch]
{{- if .Values.controller.admissionWebhooks.enabled }}
{{- $secret := include "aiohttp-ingress.admission" . }}
{{- $read := include "aiohttp-ingress.gets" (list . .Release.Namespace $secret) }}
# The leader makes the webhook's certificate, and every pod shows it; the Secret is the chart's too.
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ $secret }}]
  verbs: [{{ if not $read }}get, {{ end }}patch]
{{- end }}
{{- end }}

{{- /* What is read beside the Service whose address is published. */ -}}
{{- define "aiohttp-ingress.publishedRules" -}}
{{- $controller := .Values.controller -}}
{{- $service := include "aiohttp-ingress.published" . | splitList "/" -}}
# Its addresses are those of Ingresses.
- apiGroups: [""]
  resources: [services]
  resourceNames: [{{ last $service }}]
  verbs: [get]
{{- $asked := or $controller.clearStatus (include "aiohttp-ingress.nodePort" .) }}
{{- if and $asked (not (include "aiohttp-ingress.watches" (list . (first $service)))) }}
# Which of our pods are ready: on their nodes is a NodePort, and the last one clears the status.
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list]
{{- end }}
{{- end }}

{{- /* What is read beside watched namespaces, for requests of unknown names. */ -}}
{{- define "aiohttp-ingress.defaultCertificateRules" -}}
{{- with .Values.controller.defaultCertificate }}
{{- $secret := splitList "/" . }}
{{- if not (include "aiohttp-ingress.gets" (list $ (first $secret) (last $secret))) }}
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ last $secret }}]
  verbs: [get]
{{- end }}
{{- if not (include "aiohttp-ingress.watches" (list $ (first $secret))) }}
{{ include "aiohttp-ingress.eventRules" $ }}
{{- end }}
{{- end }}
{{- end }}

{{- define "aiohttp-ingress.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "aiohttp-ingress.serviceAccount" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}
