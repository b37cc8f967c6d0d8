# One verb per intent; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The framework the executable is published from: one property names it.
FRAMEWORK := $(shell sed -n 's/.*<NfqlbPublishFramework>\(.*\)<.*/\1/p' Directory.Build.props)

# What building, demo and benchmarks need beside the .NET SDK (Debian names).
PACKAGES := gcc libc6-dev zlib1g-dev clang llvm libbpf-dev libelf-dev iproute2 iptables nftables util-linux procps

# What only tests of real packets need. They need root, and SKIP_LAB=1 leaves them out.
TEST_PACKAGES := strace libcap2-bin tmux tcpdump tshark groff-base zsh fish bird2 systemd python3-kubernetes \
	$(if $(shell command -v kubectl),,kubernetes-client)
TEST_TOOLS := $(if $(or $(filter-out 0,$(SKIP_LAB)),$(filter-out 0,$(shell id -u))),,out/.test-packages out/promtool)

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help build man test promtool soak fleet takeovers fast-path-proof drain-proof checks-bench demo bench start-bench microbench cluster-bench clean packages native tests FORCE

help: ## List the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

build: out/nfqlb ## Build the executable, out/nfqlb

man: out/nfqlb.8 ## Write the manual page, out/nfqlb.8

out/nfqlb.8: out/nfqlb
	@out/nfqlb man > $@

demo: out/nfqlb out/traffic ## Balance real connections in network namespaces, and draw it (SHELL_IN=1: stay inside; FAST_PATH=1)
	@examples/demo/demo.sh

test: $(TEST_TOOLS) out/traffic tests ## Run unit, property and end-to-end tests (SKIP_LAB=1: no real packets)
	@tests/run.sh

soak: $(TEST_TOOLS) out/traffic tests ## Ten minutes of mixed traffic while everything changes at random (SOAK=600 SEED= SERVE=1: a fleet)
	@$(if $(SERVE),FLEET_SOAK,SOAK)=$(or $(SOAK),600) FILTER="FullyQualifiedName~$(if $(SERVE),FleetTests,SoakTests)" \
		VERBOSITY=detailed tests/run.sh

fleet: $(TEST_TOOLS) out/nfqlb out/traffic tests ## Three balancers behind a router that learns by BGP: all that may happen to them, in a table
	@cp out/nfqlb out/nfqlb-next
	@FLEET=1 FLEET_NEXT=$(CURDIR)/out/nfqlb-next FLEET_TABLE=$(CURDIR)/out/fleet.md \
		FILTER='FullyQualifiedName~FleetTests' tests/run.sh
	@cat out/fleet.md

takeovers: $(TEST_TOOLS) out/traffic tests ## Take over 20 times in a row under 50,000 packets/s
	@TAKEOVERS=20 FILTER='FullyQualifiedName~TakeoverTests' tests/run.sh

drain-proof: $(TEST_TOOLS) out/traffic tests ## Ten changes under 2,000 long connections and 5,000 new ones a second; a tier of which one lags
	@DRAIN_LONG=2000 DRAIN_NEW=6000 DRAIN_LEAST=5000 DRAIN_TIER=4000 DRAIN_PAUSE_MS=1000 VERBOSITY=detailed \
		FILTER='FullyQualifiedName~Drain.DrainTests|FullyQualifiedName~TierDrainTests' tests/run.sh

fast-path-proof: $(TEST_TOOLS) out/traffic tests ## Ten million packets on both paths; 10,000 changes of targets, 1,000 of flows (SEED=)
	@FAST_PATH_PACKETS=10000000 FAST_PATH_ROUNDS=5000 VERBOSITY=detailed \
		FILTER='FullyQualifiedName~DifferentialTests|FullyQualifiedName~Flows_and_targets_that_change' tests/run.sh

bench: out/nfqlb out/traffic ## Measure the whole path against floor and ceiling (QUICK=1, ONLY='all cores', NFQLB_REFERENCE=PATH)
	@$(MAKE) --no-print-directory -C native/bench
	@dotnet build benchmarks/Nfqlb.PathBench -c Release -v quiet
	@benchmarks/path.sh

checks-bench: out/nfqlb out/traffic ## What checks of 1,000 targets cost, and when 300 that die at once are out (TARGETS= CHECK=)
	@$(MAKE) --no-print-directory -C native/bench
	@benchmarks/checks.sh

start-bench: out/nfqlb ## Measure how long serve takes to start, beside flowlb with the same flows (FLOWS=10000 RUNS=9)
	@benchmarks/start.sh

microbench: native ## Measure single layers: hash, parse, flows, tables, the kernel's program (FILTER='*Hash*')
	@$(MAKE) --no-print-directory -C native/bench
	@dotnet build benchmarks/Nfqlb.Benchmarks -c Release -v quiet
	@dotnet benchmarks/Nfqlb.Benchmarks/bin/Release/net10.0/Nfqlb.Benchmarks.dll --filter "$(or $(FILTER),*)"

cluster-bench: out/nfqlb ## 10,000 endpoints of a Service, 500 changes a second for a minute (PODS= CHANGES= FOR= REPLACED= ENTRIES= SEED=)
	@dotnet build benchmarks/Nfqlb.ClusterBench -c Release -v quiet
	@benchmarks/cluster.sh

clean: ## Remove everything that was built
	rm -rf out
	find src tests benchmarks \( -name bin -o -name obj \) -type d -prune -exec rm -rf {} +

promtool: out/promtool ## Fetch promtool, which judges metrics and alert rules

# Of Debian's package this one file: all of it would install a server and start it. Without it its test fails.
out/promtool: | out/.packages
	@native/fetch-promtool.sh $@ || echo "No promtool: its test will fail" >&2

packages: out/.packages

out/.packages: Makefile
	@mkdir -p out
	@native/install-packages.sh $(PACKAGES)
	@touch $@

out/.test-packages: Makefile | out/.packages
	@native/install-packages.sh $(TEST_PACKAGES)
	@touch $@

native: out/.packages
	@$(MAKE) --no-print-directory -C native
	@$(MAKE) --no-print-directory -C native/fastpath

out/traffic: out/.packages FORCE
	@$(MAKE) --no-print-directory -C native/traffic

out/nfqlb: native FORCE
	@echo "Publishing nfqlb for $(FRAMEWORK) (a minute when much has changed) ..."
	@dotnet publish src/Nfqlb.Cli -c Release -f $(FRAMEWORK) -o out/publish -v quiet
	@ln -f out/publish/Nfqlb.Cli $@ 2>/dev/null || cp out/publish/Nfqlb.Cli $@

tests: native
	@echo "Building the tests ..."
	@dotnet build Nfqlb.sln -c Release -v quiet -p:OnlyForTests=true

FORCE:

include packaging/packaging.mk
