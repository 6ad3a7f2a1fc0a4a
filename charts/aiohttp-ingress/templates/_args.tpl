{{- /*
What `ingress run` is told. All of it stands here as flags, so that `kubectl describe pod` shows what
--help explains; only what differs from pod to pod (its name) comes by the environment.
*/ -}}
{{- define "aiohttp-ingress.args" -}}
{{- $controller := .Values.controller -}}
- run
- --ingress-class={{ $controller.ingressClassResource.name }}
{{- range $controller.watchNamespaces }}
- --watch-namespace={{ . }}
{{- end }}
{{- range $address := $controller.listenAddresses }}
{{- range $flag := list "http" "https" "admin" }}
- --{{ $flag }}={{ $address }}:{{ get $controller.containerPort $flag }}
{{- end }}
{{- end }}
{{- range $flag := list "http" "https" }}
- --public-{{ $flag }}-port={{ default (get $controller.service.ports $flag) (get $controller.publicPorts $flag) }}
{{- end }}
{{- range $controller.trustedProxies }}
- --trusted-proxy={{ . }}
{{- end }}
{{- with $controller.defaultBackend }}
- --default-backend={{ . }}
{{- end }}
{{- with $controller.defaultCertificate }}
- --default-certificate={{ . }}
{{- end }}
- --workers={{ $controller.workers }}
- --access-log={{ $controller.accessLog }}
- --drain-timeout={{ $controller.drainSeconds }}s
- --drain-idle-timeout={{ min $controller.drainIdleSeconds $controller.drainSeconds }}s
- --leader-lease={{ .Release.Namespace }}/{{ include "aiohttp-ingress.lease" . }}
{{- if $controller.publishStatusAddresses }}
{{- range $controller.publishStatusAddresses }}
- --publish-status-address={{ . }}
{{- end }}
{{- end }}
{{- with include "aiohttp-ingress.published" . }}
- --publish-service={{ . }}
{{- end }}
{{- if $controller.clearStatus }}
- --clear-status
{{- end }}
{{- if $controller.state.enabled }}
- --state-dir={{ include "aiohttp-ingress.stateDir" . }}
{{- if $controller.state.privateKeys }}
- --state-private-keys
{{- end }}
{{- end }}
{{- if $controller.admissionWebhooks.enabled }}
{{- range $controller.listenAddresses }}
- --admission={{ . }}:{{ $controller.containerPort.admission }}
{{- end }}
- --admission-webhook={{ include "aiohttp-ingress.clusterwide" . }}
- --admission-service={{ .Release.Namespace }}/{{ include "aiohttp-ingress.admission" . }}
{{- end }}
{{- range $flag, $value := $controller.extraArgs }}
{{- if kindIs "slice" $value }}
{{- range $value }}
- {{ printf "--%s=%v" $flag . | quote }}
{{- end }}
{{- else if kindIs "bool" $value }}
{{- if $value }}
- --{{ $flag }}
{{- end }}
{{- else }}
- {{ printf "--%s=%v" $flag $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The Service whose address is published, if one is: namespace/name. */ -}}
{{- define "aiohttp-ingress.published" -}}
{{- with .Values.controller }}
{{- $there := or .service.enabled .publishService.pathOverride }}
{{- if and .publishService.enabled $there (not .publishStatusAddresses) }}
{{- default (printf "%s/%s" $.Release.Namespace (include "aiohttp-ingress.controller" $)) .publishService.pathOverride }}
{{- end }}
{{- end }}
{{- end }}

{{- define "aiohttp-ingress.stateDir" -}}
/var/lib/aiohttp-ingress
{{- end }}

{{- /* How long a pod may take to end; less than what its parts may take would cut requests off. */ -}}
{{- define "aiohttp-ingress.grace" -}}
{{- with .Values.controller }}
{{- $needed := add .preStopSeconds .drainSeconds }}
{{- if kindIs "invalid" .terminationGracePeriodSeconds }}
{{- add $needed 5 }}
{{- else if lt (int .terminationGracePeriodSeconds) (int $needed) }}
{{- fail (printf "controller.terminationGracePeriodSeconds is %v, and preStopSeconds and drainSeconds need %d: raise it, or leave it null" .terminationGracePeriodSeconds $needed) }}
{{- else }}
{{- .terminationGracePeriodSeconds }}
{{- end }}
{{- end }}
{{- end }}
