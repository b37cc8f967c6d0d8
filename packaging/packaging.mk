# What is shipped, and how: installed files, archives, a Debian package, an image.
VERSION := $(shell sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)

# The day of the version, so that the same sources give the same bytes.
export SOURCE_DATE_EPOCH := $(shell date -u +%s -d "$$(sed -n 's/^## [^ ]* (\(.*\))/\1/p;T;q' CHANGELOG.md)")

# Who answers for the packages, by the names that Debian's tools have for it. The project has no address: mail to
# .invalid arrives nowhere (RFC 2606), so whoever passes packages on gives his own.
export DEBFULLNAME ?= nfqlb maintainers
export DEBEMAIL ?= maintainers@nfqlb.invalid

DEB := out/nfqlb_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb
IMAGE := out/nfqlb-$(VERSION)-oci.tar

.PHONY: install dist deb deb-test image image-test arm64-test

install: ## Install what was built (PREFIX=/usr/local SYSCONFDIR=/etc DESTDIR=)
	@packaging/install.sh

dist: build ## Write archives of sources and of the executable, with checksums, to out/dist
	@packaging/dist.sh $(VERSION) out/dist

deb: build ## Write the Debian package, out/nfqlb_VERSION_ARCHITECTURE.deb
	@native/install-packages.sh dpkg-dev lintian
	@packaging/deb/build.sh $(VERSION) $(DEB)
	@lintian --fail-on error,warning --tag-display-limit 0 $(DEB)

deb-test: deb out/traffic ## Install, upgrade under traffic and remove the package, in a system of its own under systemd
	@native/install-packages.sh systemd systemd-sysv
	@packaging/deb/test.sh $(DEB)

image: build ## Write the container image, out/nfqlb-VERSION-oci.tar
	@native/install-packages.sh ca-certificates libcap2-bin libssl3
	@packaging/image/build.sh $(VERSION) $(IMAGE)

image-test: image out/traffic ## Balance real connections from within the image, read-only and with one capability
	@native/install-packages.sh crun skopeo jq
	@packaging/image/test.sh $(IMAGE)

arm64-test: build ## Compile for arm64, and try under qemu what that can run
	@native/install-packages.sh gcc-aarch64-linux-gnu qemu-user
	@packaging/arm64/build.sh $(FRAMEWORK) out/arm64
	@packaging/arm64/test.sh out/arm64
