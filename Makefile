# Every target sets itself up. Needed: Python 3.11 or later, make, and a package index for pip.
.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:

RUN := .venv/.ready-to-run
DEV := .venv/.ready-to-develop
BENCH := .cache/benchmarks/.ready
COMPILED := .cache/compiled
# What runs in the compiled build, or decides what it does, is tested in it once more.
HOT := tests/wire tests/proxy tests/worker tests/model tests/policies tests/routing tests/runtime tests/e2e
PINS := .cache/pins/bin/uv
SECRET := certs/www-gasbugs-com.yaml
# Those that can be served side by side; the others show mistakes, or claim the same host.
EXAMPLES := 01-round-robin 02-session-affinity 03-two-ports 05-legacy-ingress/corrected 08-tls
# The legacy versions of Ingress went with Kubernetes 1.22: the page's hosts in today's words.
APPLIED := $(subst 05-legacy-ingress/corrected,06-two-hosts,$(EXAMPLES))
IMAGE := dist/aiohttp-ingress.tar
# The course's Service has NodePort 30001 itself. By its external address, the node's own, the
# controller is also reached at ports 80 and 443, as where there are load balancers.
INSTALL := helm3 install aiohttp-ingress charts/aiohttp-ingress --wait \
	--namespace aiohttp-ingress --create-namespace --set controller.ingressClassResource.default=true \
	--set controller.service.type=NodePort --set controller.service.externalIPs[0]=172.30.0.1 \
	--set controller.service.nodePorts.http=30080 --set controller.service.nodePorts.https=30443
PIN = $(PINS) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make pins" --upgrade

.PHONY: help
help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(RUN) $(SECRET)  ## Serve examples/ with stand-in pods on localhost (Ctrl-C ends it)
	@exec .venv/bin/ingress run $(EXAMPLES:%=-f examples/%) -f $(SECRET) --stand-ins --access-log combined

.PHONY: test
test: $(DEV)  ## Run every test; the pure packages must be covered to the last branch
	@sh scripts/needs curl
	@stages=$$(PYTHONPATH=tests .venv/bin/python -m cluster.machine); \
		[ -z "$$stages" ] || .venv/bin/python -m scripts.kubernetes $$stages charts; \
		case "$$stages" in *node*) $(MAKE) --no-print-directory $(IMAGE);; esac
	.venv/bin/pytest -n 2 --cov --cov-report=term $(ARGS)
	@if sh scripts/toolchain; then $(MAKE) --no-print-directory test-compiled; \
		else echo "Without a C compiler, the compiled build is not tested."; fi

# Neither the folder nor pytest may bring the checkout's own package, which is not compiled.
.PHONY: test-compiled
test-compiled: $(COMPILED)/.ready
	PYTHONSAFEPATH=1 $(COMPILED)/bin/python -m pytest -n 2 --build compiled -o pythonpath=tests $(HOT)

.PHONY: compiled
compiled: $(COMPILED)/.ready  ## Build the compiled proxy of this checkout, .cache/compiled/bin/ingress

.PHONY: check
check: $(DEV)  ## Run every check that needs no test: style, types, layers, budgets
	@.venv/bin/python -m scripts.kubernetes charts >/dev/null
	@.venv/bin/python -m scripts.check

.PHONY: format
format: $(DEV)  ## Put the source in order
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .
	.venv/bin/python -m scripts.reasons
	.venv/bin/python -m scripts.configuration
	.venv/bin/python -m scripts.chart_values
	.venv/bin/python -m benchmarks.report

.PHONY: cluster
cluster: $(DEV) $(SECRET) $(IMAGE)  ## Open a shell in a cluster with controller and examples
	@.venv/bin/python -m scripts.kubernetes control node charts >/dev/null
	@PYTHONPATH=tests:. .venv/bin/python -m cluster.shell --image aiohttp-ingress=$(IMAGE) \
		--run '$(INSTALL)' $(APPLIED:%=-f examples/%) -f $(SECRET) --greeting tests/cluster/course.txt

.PHONY: bench
bench: $(RUN) $(BENCH) $(COMPILED)/.ready  ## Compare CPU per request with other proxies (ARGS="--help" tells more)
	@.venv/bin/python -m benchmarks $(ARGS)

.PHONY: image
image:  ## Build the container image with buildah (BASE=image, else one is made with debootstrap)
	@sh scripts/image $(BASE)

.PHONY: pins
pins: $(PINS)  ## Resolve the newest versions that pyproject.toml allows
	$(PIN) pyproject.toml --group build --output-file constraints.txt
	$(PIN) pyproject.toml --group dev --constraint constraints.txt --output-file constraints-dev.txt
	$(PIN) --group go --output-file constraints-go.txt
	$(PIN) benchmarks/requirements.in --output-file benchmarks/constraints.txt

.PHONY: clean
clean:  ## Remove what the other targets made, certificates excepted
	rm -rf .venv .cache .coverage dist build
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): constraints.txt pyproject.toml scripts/environment
	@sh scripts/environment .venv constraints.txt
	@touch $@

$(DEV): constraints-dev.txt $(RUN)
	@sh scripts/environment .venv constraints-dev.txt
	@touch $@

$(COMPILED)/.ready: $(RUN) scripts/compiled scripts/hatch_build.py $(shell find ingress -name '*.py' -o -name '*.pxd' -o -name '*.pyx')
	@sh scripts/toolchain
	@sh scripts/compiled $(COMPILED) .venv
	@touch $@

$(BENCH): benchmarks/constraints.txt scripts/environment
	@PACKAGE=no sh scripts/environment .cache/benchmarks benchmarks/constraints.txt
	@touch $@

$(PINS):
	@"$$(sh scripts/python)" -m venv .cache/pins
	@.cache/pins/bin/python -m pip install --quiet --disable-pip-version-check uv

$(IMAGE): Dockerfile constraints.txt pyproject.toml scripts/image scripts/rootfs.py scripts/hatch_build.py $(shell find ingress -name '*.py' -o -name '*.pxd' -o -name '*.pyx')
	@sh scripts/image

# The private key of the HTTPS example is this machine's own, and never leaves certs/.
$(SECRET): | $(RUN)
	@test -f certs/ca.crt || .venv/bin/ingress certs ca
	@umask 077 && .venv/bin/ingress certs issue www.gasbugs.com --secret default/www-gasbugs-com > $@
