{{- /* Names and labels, as charts usually have them. */ -}}

{{- define "aiohttp-ingress.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* 42 characters: with the longest suffix it is a name of 63. */ -}}
{{- define "aiohttp-ingress.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 42 | trimSuffix "-" }}
{{- else if contains (include "aiohttp-ingress.name" .) .Release.Name }}
{{- .Release.Name | trunc 42 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "aiohttp-ingress.name" .) | trunc 42 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "aiohttp-ingress.controller" -}}
{{ include "aiohttp-ingress.fullname" . }}-controller
{{- end }}

{{- define "aiohttp-ingress.metrics" -}}
{{ include "aiohttp-ingress.controller" . }}-metrics
{{- end }}

{{- define "aiohttp-ingress.admission" -}}
{{ include "aiohttp-ingress.controller" . }}-admission
{{- end }}

{{- /* What belongs to no namespace tells releases of one name apart by theirs. */ -}}
{{- define "aiohttp-ingress.clusterwide" -}}
{{ include "aiohttp-ingress.fullname" . }}-{{ .Release.Namespace }}
{{- end }}

{{- define "aiohttp-ingress.lease" -}}
{{- default (printf "%s-leader" (include "aiohttp-ingress.fullname" .)) .Values.controller.electionID }}
{{- end }}

{{- define "aiohttp-ingress.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "aiohttp-ingress.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "aiohttp-ingress.image" -}}
{{- with .Values.controller.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- define "aiohttp-ingress.selectorLabels" -}}
app.kubernetes.io/name: {{ include "aiohttp-ingress.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "aiohttp-ingress.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "aiohttp-ingress.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: {{ include "aiohttp-ingress.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Whether several pods are meant to run: then one may be missed, and one must stay. */ -}}
{{- define "aiohttp-ingress.several" -}}
{{- with .Values.controller }}
{{- if eq .kind "DaemonSet" }}true
{{- else if .autoscaling.enabled }}{{ if gt (int .autoscaling.minReplicas) 1 }}true{{ end }}
{{- else if gt (int .replicaCount) 1 }}true{{ end }}
{{- end }}
{{- end }}
