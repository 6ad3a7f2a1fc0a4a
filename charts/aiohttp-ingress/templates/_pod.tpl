{{- /* The pod of the Deployment and of the DaemonSet. */ -}}
{{- define "aiohttp-ingress.pod" -}}
{{- $controller := .Values.controller -}}
metadata:
  labels:
    {{- include "aiohttp-ingress.labels" . | nindent 4 }}
    {{- with $controller.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $controller.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "aiohttp-ingress.serviceAccount" . }}
  automountServiceAccountToken: true
  # Services called ingress would else fill INGRESS_* with what is no setting.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "aiohttp-ingress.grace" . }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if $controller.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- with default (ternary "ClusterFirstWithHostNet" "" $controller.hostNetwork) $controller.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with $controller.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: controller
      image: {{ include "aiohttp-ingress.image" . | quote }}
      imagePullPolicy: {{ $controller.image.pullPolicy }}
      args:
        {{- include "aiohttp-ingress.args" . | nindent 8 }}
      env:
        - name: INGRESS_POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: INGRESS_POD_NAMESPACE
          valueFrom:
            fieldRef:
              fieldPath: metadata.namespace
        {{- with $controller.extraEnvs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        {{- range $name := list "http" "https" }}
        - name: {{ $name }}
          containerPort: {{ get $controller.containerPort $name }}
          {{- if $controller.hostPort.enabled }}
          hostPort: {{ get $controller.hostPort.ports $name }}
          {{- end }}
        {{- end }}
        - name: admin
          containerPort: {{ $controller.containerPort.admin }}
        {{- if $controller.admissionWebhooks.enabled }}
        - name: admission
          containerPort: {{ $controller.containerPort.admission }}
        {{- end }}
      startupProbe:
        httpGet:
          path: /healthz
          port: admin
        {{- toYaml $controller.startupProbe | nindent 8 }}
      livenessProbe:
        httpGet:
          path: /healthz
          port: admin
        {{- toYaml $controller.livenessProbe | nindent 8 }}
      readinessProbe:
        httpGet:
          path: /readyz
          port: admin
        {{- toYaml $controller.readinessProbe | nindent 8 }}
      {{- if $controller.preStopSeconds }}
      lifecycle:
        # Nodes and load balancers go on sending for a while; only then comes SIGTERM, and the drain.
        preStop:
          sleep:
            seconds: {{ $controller.preStopSeconds }}
      {{- end }}
      {{- with $controller.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $controller.containerSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if or $controller.state.enabled $controller.extraVolumeMounts }}
      volumeMounts:
        {{- if $controller.state.enabled }}
        - name: state
          mountPath: {{ include "aiohttp-ingress.stateDir" . }}
        {{- end }}
        {{- with $controller.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
    {{- with $controller.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or $controller.state.enabled $controller.extraVolumes }}
  volumes:
    {{- if $controller.state.enabled }}
    - name: state
      emptyDir:
        {{- with $controller.state.medium }}
        medium: {{ . }}
        {{- end }}
        sizeLimit: {{ $controller.state.sizeLimit }}
    {{- end }}
    {{- with $controller.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with $controller.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $controller.topologySpreadConstraints }}
  {{- $own := dict "labelSelector" (dict "matchLabels" (include "aiohttp-ingress.selectorLabels" . | fromYaml)) }}
  {{- $constraints := list }}
  {{- range $controller.topologySpreadConstraints }}
  {{- $constraints = append $constraints (merge dict . $own) }}
  {{- end }}
  topologySpreadConstraints:
    {{- toYaml $constraints | nindent 4 }}
  {{- end }}
{{- end }}
