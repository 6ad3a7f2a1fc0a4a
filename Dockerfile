# The image of aiohttp-ingress. BASE is any Debian-based image with Python 3.11 or later; pin it by
# digest where that matters: --build-arg BASE=python:3.13-slim-bookworm@sha256:…
# `make image` builds it with buildah, without a daemon, a registry or root inside the container.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
# Bare Debian has Python without venv and headers; Python's own images have both, and no compiler.
RUN apt-get update && apt-get install -y --no-install-recommends binutils gcc libc6-dev \
       $(python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv python3-dev) \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /build
WORKDIR /src
# Everything is fetched here, and checked against its hash; what follows never sees the index.
COPY constraints.txt ./
RUN /build/bin/pip download --quiet --require-hashes --no-deps --only-binary :all: \
    --dest /wheels --requirement constraints.txt
# The package alone: .dockerignore keeps everything else out.
COPY . .
RUN INGRESS_COMPILED=1 /build/bin/pip wheel --quiet --no-index --find-links /wheels --no-deps --wheel-dir /wheels .
# Only what the wheel asks for goes in: the build tools stay here, and so does pip.
RUN python3 -m venv --without-pip /app \
    && /build/bin/pip --python /app/bin/python install --quiet --no-compile --no-index \
       --find-links /wheels aiohttp-ingress \
    && find /app/bin -type f ! -name ingress -delete \
    && find /app \( -name '*.so' -o -name '*.so.*' \) -exec strip --strip-unneeded {} +
# And of the base only Python and what it loads: no shell, no package manager, no tool.
RUN python3 scripts/rootfs.py /rootfs /app

FROM scratch
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="aiohttp-ingress" \
      org.opencontainers.image.description="A Kubernetes Ingress controller in Python" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /rootfs /
COPY --from=build /app /app
# Loopback would be the container's own, where nobody calls.
ENV INGRESS_HTTP=0.0.0.0:8080 \
    INGRESS_HTTPS=0.0.0.0:8443 \
    INGRESS_ADMIN=0.0.0.0:9090
# Nothing is written below /: bytecode is compiled already, and logs go to stdout and stderr.
ENV PATH=/app/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# A number, so that runAsNonRoot can tell that it is not root.
USER 65532:65532
EXPOSE 8080 8443 9090
STOPSIGNAL SIGTERM
ENTRYPOINT ["ingress"]
CMD ["--help"]
