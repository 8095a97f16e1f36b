# SPDX-License-Identifier: MIT
# make [TARGET] [FLAVOUR=release|debug|asan|msan|cov|fuzz] [WERROR=1]; `make help` lists the targets.

VERSION := 0.1.0
FLAVOUR ?= release
PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
B := build/$(FLAVOUR)

CC ?= gcc
CLANG ?= clang
PKG_CONFIG ?= pkg-config
OBJCOPY ?= objcopy

WARN := -Wall -Wextra -Wshadow -Wformat=2 -Wvla -Wundef -Wcast-qual -Wswitch-enum \
	-Wmissing-prototypes -Wstrict-prototypes $(if $(WERROR),-Werror)
HARDEN := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
FLAGS_release := $(HARDEN)
FLAGS_debug := -Og
FLAGS_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_cov := -O0 --coverage
FLAGS_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined
FLAGS_msan := -O1 -fsanitize=memory -fno-omit-frame-pointer
ifneq ($(filter fuzz msan,$(FLAVOUR)),)
CC := $(CLANG)
endif

CPPFLAGS += -D_GNU_SOURCE -DJAILBUILD_VERSION='"$(VERSION)"' -I. -I$(B)
# -fPIC instead of -fPIE: the same objects make the programs and libelfdeps.so.
CFLAGS += -std=gnu17 -g -fPIC -fno-semantic-interposition -ffunction-sections -fdata-sections $(WARN) $(FLAGS_$(FLAVOUR))
LDFLAGS += -pie -Wl,--gc-sections $(if $(filter release,$(FLAVOUR)),-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) \
	$(filter -fsanitize% --coverage,$(FLAGS_$(FLAVOUR)))
comma := ,
Q := $(if $(V),,@)

# Programs are linked static where the libraries' archives are there: it saves a third of a small
# program's start-up, and the 16 libraries that libarchive.so brings along. `make STATIC=`: never.
HAVE_LIBC_A := $(shell $(CC) -print-file-name=libc.a | grep -c /)
STATIC := $(if $(and $(filter release debug,$(FLAVOUR)),$(filter-out 0,$(HAVE_LIBC_A))),-static-pie)

# main files: each makes a program; every other file of a folder goes into its library.
MAINS := elfdeps/main.c builder/main.c runner/jailrun.c runner/jailctl.c runner/unpack.c
GENERATORS := $(wildcard runner/*_generator.c)
FILTERS := $(patsubst runner/%_generator.c,$(B)/%_filter.h,$(GENERATORS))
sources = $(filter-out $(MAINS) $(GENERATORS),$(wildcard $(1)/*.c))
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIBS := $(foreach l,common elfdeps builder runner,$(if $(call sources,$(l)),$(B)/obj/lib$(l).a))
library = $(filter $(patsubst %,$(B)/obj/lib%.a,$(1)),$(LIBS))
pkg = $(shell $(PKG_CONFIG) --libs $(1))
pkg_static = $(shell $(PKG_CONFIG) --static --libs $(1))

# jailrun is linked with musl where musl-gcc is there: at each start glibc asks the processor for its
# caches, which a virtual machine answers slowly (ARCHITECTURE.md has the figure). `make MUSL_CC=`: never.
MUSL_CC ?= $(shell command -v musl-gcc)
M := $(B)/musl
MUSL_DIR := $(if $(and $(filter release,$(FLAVOUR)),$(STATIC),$(MUSL_CC)),$(shell $(MUSL_CC) -\#\#\# -x c /dev/null 2>&1 | \
	sed -n 's|.* \(/[^ ]*\)/Scrt1\.o.*|\1|p'))
HAVE_MUSL := $(wildcard $(MUSL_DIR)/rcrt1.o)
# The kernel's headers stand among glibc's, which must not be seen.
KERNEL_HEADERS := $(wildcard $(addprefix /usr/include/,linux asm asm-generic $(shell $(CC) -print-multiarch)/asm))
# What needs other libraries is not jailrun's.
MUSL_SOURCES := $(if $(HAVE_MUSL),runner/jailrun.c $(filter $(call sources,runner) $(call sources,common),$(shell \
	grep -LE '<(archive|jansson)|jsontext\.h' $(call sources,runner) $(call sources,common))))
crt = $(shell $(CC) -print-file-name=$(1))

# link LIBRARIES,PACKAGES: static with LIBRARIES if that gives no warning, or else dynamic with PACKAGES.
link = { [ '$(STATIC)' ] && $(link_static) $(1) 2>/dev/null; } || $(CC) $(LDFLAGS) -o $@ $^ $(call pkg,$(2))
link_static = $(CC) $(filter-out -pie,$(LDFLAGS)) $(STATIC) -Wl,--fatal-warnings -o $@ $^
# Of what libarchive can be linked with, tar and its three compressions are all that is called.
LIBARCHIVE := -larchive -llzma -lzstd -lz

PROGRAMS := $(if $(wildcard elfdeps/main.c),$(B)/elfdeps) $(if $(wildcard builder/main.c),$(B)/jailbuild) \
	$(if $(wildcard runner/jailrun.c),$(B)/jailrun) $(if $(wildcard runner/unpack.c),$(B)/jailrun-unpack) \
	$(if $(wildcard runner/jailctl.c),$(B)/jailctl)

all: $(PROGRAMS) $(B)/templates libelfdeps ## build the programs and libelfdeps into build/FLAVOUR

# Beside the programs, as they look for them there.
TEMPLATES := $(wildcard templates/*)
$(B)/templates: $(TEMPLATES)
	$(Q)rm -rf $@ && mkdir -p $@ && cp $^ $@ && touch $@

$(B)/elfdeps: $(call objects,elfdeps/main.c) $(call library,elfdeps) $(call library,common)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(call link,$(call pkg_static,libelf jansson),libelf jansson)
$(B)/jailbuild: $(call objects,builder/main.c) $(call library,builder) $(call library,elfdeps) $(call library,common)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(call link,$(LIBARCHIVE) $(call pkg_static,libelf jansson nettle),libelf libarchive liblzma libzstd jansson nettle)
ifneq ($(HAVE_MUSL),)
# musl-gcc does not know -static-pie: the parts are named.
$(B)/jailrun: $(patsubst %.c,$(M)/obj/%.o,$(MUSL_SOURCES))
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(MUSL_CC) $(filter-out -pie,$(LDFLAGS)) -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text -o $@ \
	  $(MUSL_DIR)/rcrt1.o $(MUSL_DIR)/crti.o $(call crt,crtbeginS.o) $^ $(call crt,crtendS.o) $(MUSL_DIR)/crtn.o
$(M)/include: Makefile
	$(Q)rm -rf $@ && mkdir -p $@ && ln -s $(KERNEL_HEADERS) $@
$(M)/obj/%.o: %.c Makefile | $(FILTERS) $(M)/include
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC $@')
	$(Q)$(MUSL_CC) $(CPPFLAGS) -isystem $(M)/include $(CFLAGS) -MMD -MP -c -o $@ $<
else
$(B)/jailrun: $(call objects,runner/jailrun.c) $(call library,runner) $(call library,common)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(CC) $(filter-out $(if $(STATIC),-pie),$(LDFLAGS)) $(STATIC) -o $@ $^
endif
$(B)/jailctl: $(call objects,runner/jailctl.c) $(call library,runner) $(call library,common)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(call link,$(call pkg_static,jansson),jansson)
$(B)/jailrun-unpack: $(call objects,runner/unpack.c) $(call library,runner) $(call library,common)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(call link,$(LIBARCHIVE),libarchive)

define library_rule
$(B)/obj/lib$(1).a: $(call objects,$(call sources,$(1)))
	$(if $(V),,@echo '  AR $$@')
	$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach l,common elfdeps builder runner,$(eval $(call library_rule,$(l))))

# libelfdeps as others link it: elfdeps/ without what prints, and of common/ what that uses.
PRINTERS := $(patsubst %,elfdeps/%.c,report graph why diagnosis musllist filelist)
SONAME := libelfdeps.so.0
LIBELFDEPS_NEEDS := libelf jansson
SHARED := $(SONAME).$(VERSION:0.%=%)
PUBLIC := $(call objects,$(filter-out $(PRINTERS),$(call sources,elfdeps)))
libelfdeps: $(addprefix $(B)/,libelfdeps.a $(SHARED) include/elfdeps.h)
$(B)/$(SHARED): elfdeps/libelfdeps.map $(PUBLIC) $(call library,common)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(CC) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-soname,$(SONAME) -Wl,--version-script,$< \
	  $(if $(filter release debug,$(FLAVOUR)),-Wl$(comma)-z$(comma)defs) -o $@ $(filter %.o %.a,$^) $(call pkg,$(LIBELFDEPS_NEEDS))
	$(Q)ln -sf $(SHARED) $(B)/$(SONAME) && ln -sf $(SONAME) $(B)/libelfdeps.so
# One object, in which the names of common/ are local: they may also be the ones of who links it.
$(B)/libelfdeps.a: $(PUBLIC) $(call library,common)
	$(if $(V),,@echo '  AR $@')
	$(Q)$(LD) -r -o $(B)/obj/libelfdeps.o $^
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='elfdeps_*' $(B)/obj/libelfdeps.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(B)/obj/libelfdeps.o
$(B)/include/elfdeps.h: elfdeps/elfdeps.h common/errorvalue.h elfdeps/public-header.sed
	@mkdir -p $(@D)
	$(Q)sed -n '/^enum/,/^#define/p' common/errorvalue.h | \
	  sed -e '/^#include "common\/errorvalue.h"/{r /dev/stdin' -e 'd}' $< | sed -E -f elfdeps/public-header.sed >$@

# Seccomp filters are compiled to BPF at build time, by generators that use libseccomp.
$(B)/%_filter.h: runner/%_generator.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  GEN $@')
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -O1 -I. -o $(B)/$*_generator $< $(call pkg,libseccomp)
	$(Q)$(B)/$*_generator > $@.new && mv $@.new $@

$(B)/obj/%.o: %.c Makefile | $(FILTERS)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC $@')
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A unit test links every library; archives give it only what it uses.
UNIT := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*/test_*.c))
FUZZ := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
TEST_LIBS := $(foreach l,builder elfdeps runner common,$(call library,$(l)))
$(UNIT): $(B)/%: $(B)/obj/%.o $(TEST_LIBS)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg,libelf libarchive liblzma libzstd jansson nettle cmocka)
ifeq ($(FLAVOUR),fuzz)
$(FUZZ): $(B)/%: $(B)/obj/%.o $(TEST_LIBS)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(call pkg,libelf libarchive liblzma libzstd jansson nettle)
else
$(FUZZ): $(B)/%: $(B)/obj/%.o $(B)/obj/tests/fuzz/replay.o $(TEST_LIBS)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  LINK $@')
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg,libelf libarchive liblzma libzstd jansson nettle)
endif

tests: all $(UNIT) $(FUZZ) ## build every program and every test, which -j makes faster
check-unit: $(UNIT)
	@scripts/run-unit $(UNIT)
check-fuzz: $(FUZZ) ## replay the fuzz corpus
	@scripts/run-corpus $(FUZZ)
# Files of tests that take a minute or more, the longest first: the last to end should be a short one.
LONG_BATS := $(patsubst %,tests/cli/%.bats,fixtures jailrun-terminal jailctl jailrun-life jailrun-detach \
	jailbuild-update unpack elfdeps-hostile jailctl-exec jailrun-root jailctl-logs jailrun \
	jailrun-protection elfdeps jailbuild jailrun-privileges jailbuild-check jailrun-faults recipe)
SHORT_BATS := $(filter-out $(LONG_BATS),$(wildcard tests/cli/*.bats))
APP_BATS := $(wildcard tests/apps/*.bats)
check-cli: all
	@scripts/run-bats $(B) $(or $(BATS),$(LONG_BATS) $(APP_BATS) $(SHORT_BATS))
check: check-unit check-fuzz check-cli ## run every test against build/FLAVOUR
QUICK_BATS := $(patsubst %,tests/cli/%.bats,jailrun jailrun-protection elfdeps jailbuild) $(SHORT_BATS)
check-quick: check-unit check-fuzz ## the tests that take no minute, and each program's own
	BATS_ROUNDS=root $(MAKE) BATS="$(QUICK_BATS)" check-cli
LONG_HEAVY := $(patsubst %,tests/heavy/%.bats,foreign-roots hostile-images atomic large-files faults)
check-heavy: all ## the tests that fetch and install much
	@BATS_ROUNDS=root scripts/run-bats $(B) $(LONG_HEAVY) $(filter-out $(LONG_HEAVY),$(wildcard tests/heavy/*.bats))
# What waits for time to pass (tmux, top, --timeout) says nothing about memory.
SLOW_BATS := %-terminal.bats %-life.bats %/recipe.bats %/fixtures.bats
check-asan: ## unit tests and fuzz corpus under AddressSanitizer and UBSan
	$(MAKE) FLAVOUR=asan check-unit check-fuzz
check-asan-cli: ## the built programs under AddressSanitizer and UBSan
	BATS_ROUNDS=root $(MAKE) FLAVOUR=asan BATS="$(filter-out $(SLOW_BATS),$(LONG_BATS) $(SHORT_BATS))" check-cli
# Of all programs jailrun alone links nothing but libc, whose reads and writes clang knows.
MSAN_BATS := $(patsubst %,tests/cli/jailrun-%.bats,root volumes ids keep)
check-msan: all ## jailrun's way into a jail under MemorySanitizer
	$(MAKE) FLAVOUR=msan build/msan/jailrun
	@cp -rt build/msan $(filter-out %/jailrun,$(PROGRAMS)) $(B)/templates
	BATS_ROUNDS=root scripts/run-bats build/msan $(MSAN_BATS)
fuzz: ## fuzz each target for FUZZ_SECONDS (60)
	$(MAKE) FLAVOUR=fuzz fuzz-run
fuzz-run: $(FUZZ)
	@scripts/run-fuzz $(FUZZ)
coverage: ## run the tests and print line coverage a file
	$(MAKE) FLAVOUR=cov check-unit check-fuzz
	@scripts/coverage
lint: all ## format, static analysis, sizes, layers, docs
	@scripts/lint
format: ## lay out every C file by .clang-format
	clang-format -i $(wildcard */*.[ch] tests/*/*.[ch] tests/*/*/*.[ch])
bench: all ## compare with peers; --write renews docs/bench.md
	@tests/bench/run $(BENCH)

MAN := $(patsubst %.scd,$(B)/man/%,$(notdir $(wildcard */*.[1-8].scd)))
man: $(MAN) ## build the man pages
$(B)/man/%: */%.scd
	@mkdir -p $(@D)
	scdoc < $< > $@
vpath %.scd elfdeps builder runner

INSTALL := install -D
MANDIR := $(DESTDIR)$(PREFIX)/share/man
COMPLETIONS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
LIB := $(DESTDIR)$(LIBDIR)
install: all man ## install below DESTDIR/PREFIX (libelfdeps: LIBDIR, INCLUDEDIR)
	for p in $(filter-out %-unpack,$(PROGRAMS)); do $(INSTALL) -m755 $$p $(DESTDIR)$(PREFIX)/bin/$${p##*/} || exit 1; done
	$(INSTALL) -m755 $(B)/jailrun-unpack $(DESTDIR)$(PREFIX)/libexec/jailrun/jailrun-unpack
	for m in $(MAN); do $(INSTALL) -m644 $$m $(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; done
	for c in $(wildcard */*.bash); do n=$${c##*/}; $(INSTALL) -m644 $$c $(COMPLETIONS)/$${n%.bash} || exit 1; done
	$(INSTALL) -m644 -t $(DESTDIR)$(PREFIX)/share/jailbuild/templates $(TEMPLATES)
	$(INSTALL) -m644 -t $(LIB) $(B)/libelfdeps.a
	$(INSTALL) -m755 -t $(LIB) $(B)/$(SHARED)
	ln -sf $(SHARED) $(LIB)/$(SONAME)
	ln -sf $(SONAME) $(LIB)/libelfdeps.so
	$(INSTALL) -m644 -t $(DESTDIR)$(INCLUDEDIR) $(B)/include/elfdeps.h
	$(INSTALL) -m644 elfdeps/elfdeps.pc.in $(LIB)/pkgconfig/elfdeps.pc
	sed -i 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|; s|@NEEDS@|$(LIBELFDEPS_NEEDS)|' \
	  $(LIB)/pkgconfig/elfdeps.pc
uninstall: ## remove what install put there
	rm -f $(patsubst %,$(DESTDIR)$(PREFIX)/bin/%,elfdeps jailbuild jailrun jailctl)
	rm -rf $(DESTDIR)$(PREFIX)/libexec/jailrun $(DESTDIR)$(PREFIX)/share/jailbuild
	rm -f $(foreach m,$(notdir $(MAN)),$(MANDIR)/man$(subst .,,$(suffix $m))/$m)
	rm -f $(patsubst %,$(COMPLETIONS)/%,elfdeps jailbuild jailrun jailctl)
	rm -f $(patsubst %,$(LIB)/%,libelfdeps.a libelfdeps.so $(SONAME) $(SHARED) pkgconfig/elfdeps.pc)
	rm -f $(DESTDIR)$(INCLUDEDIR)/elfdeps.h
dist: ## a source archive of HEAD
	git archive --prefix=jailbuild-$(VERSION)/ -o jailbuild-$(VERSION).tar.gz HEAD
clean: ## remove build/
	rm -rf build
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: all libelfdeps tests check check-unit check-fuzz check-cli check-heavy check-asan check-asan-cli check-msan fuzz fuzz-run coverage lint format bench man \
	install uninstall dist clean help
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $(B)/obj $(M)/obj -name '*.d' 2>/dev/null)
