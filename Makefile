# pam_wecom: sign in to Linux hosts and to NocoBase with WeCom.
#
# What each part is made of and the only libraries it may link. `make check-boundary` compares the
# result with the exact lists in tests/boundary/.
#
#   part              made of                                   may link
#   pam_wecom.so      pam_wecom/ common/                        libpam, libc
#   libnss_wecom.so.2 nss_wecom/ and five files of common/      libc
#   wecom-helper      helper/ helper/wecom/ common/             libcurl, jansson, libevent, libcrypto, inih,
#                                                               sqlite3, libcdb, expat, libqrencode
#   wecom-web         web/ common/, and of helper/ what   libmicrohttpd, libevent, inih, libc
#                     reads the configuration, drops
#                     privileges and logs: web_HELPER
#   wecom-login       tools/login*.c tools/*.c common/          libpam, jansson, libc
#   wecomctl          tools/ctl*.c tools/*.c common/            jansson, libc
#   wecom-sim         tests/sim/ (tests and the demo only)      libevent, OpenSSL, jansson
#   nocobase          nocobase/: JavaScript, made into a file   NocoBase's own API
#                     for NocoBase's plugin manager

VERSION = 0.1.0

B ?= build
ifeq ($(origin CC),default)
CC = gcc
endif
INSTALL ?= install
PKG_CONFIG ?= pkg-config

prefix ?= /usr
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
sbindir ?= $(exec_prefix)/sbin
libdir ?= $(exec_prefix)/lib
datarootdir ?= $(prefix)/share
mandir ?= $(datarootdir)/man
docdir ?= $(datarootdir)/doc/pam_wecom
sysconfdir ?= /etc
localstatedir ?= /var
runstatedir ?= /run
# Where libpam looks for modules: beside the distribution's own.
pamdir ?= $(firstword $(dir $(wildcard /lib/*/security/pam_unix.so /usr/lib64/security/pam_unix.so \
            /lib/security/pam_unix.so)) $(libdir)/security)
# Where glibc looks for NSS modules: beside those of this compiler's architecture.
nssdir ?= $(firstword $(dir $(wildcard /lib/$(shell $(CC) -print-multiarch)/libnss_files.so.2 \
            /usr/lib64/libnss_files.so.2 /lib/libnss_files.so.2 /lib/*/libnss_files.so.2)) $(libdir))
unitdir ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d

CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wformat=2 -Wno-format-nonliteral $(if $(WERROR),-Werror)
HARDENING = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
ifneq ($(SANITIZE),)
HARDENING = -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all -fPIE
endif
LDHARDENING = -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

PATHS = -DWECOM_SYSCONF_DIR='"$(sysconfdir)/wecom"' -DWECOM_RUN_DIR='"$(runstatedir)/wecom"' \
        -DWECOM_STATE_DIR='"$(localstatedir)/lib/wecom"' -DWECOM_VERSION='"$(VERSION)"' \
        -DWECOM_SBIN_DIR='"$(sbindir)"'
# make TABLE=/path: another account table for all parts. Not from the environment by accident.
ifeq ($(origin TABLE),command line)
PATHS += -DWECOM_TABLE_FILE='"$(TABLE)"'
endif
ALL_CPPFLAGS = -I. -Iinclude -I$(B)/gen -D_GNU_SOURCE $(PATHS) $(CPPFLAGS)
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARNINGS) $(HARDENING)

common_SRC = $(wildcard common/*.c)
pam_wecom_SRC = $(wildcard pam_wecom/*.c) \
                $(filter-out common/wiping.c common/address.c,$(common_SRC))
nss_wecom_SRC = $(wildcard nss_wecom/*.c) $(nss_COMMON)
nss_COMMON = $(addprefix common/,table.c table_record.c names.c text.c words.c)
helper_SRC = $(wildcard helper/*.c helper/wecom/*.c) $(common_SRC)
helper_PKG = libcurl jansson libevent_core libcrypto inih sqlite3 libcdb expat libqrencode
web_HELPER = $(addprefix helper/,config.c options.c options_accounts.c options_web.c inifile.c policy.c \
               secretfile.c privileges.c notify.c log.c pace.c)
web_SRC = $(wildcard web/*.c) $(web_HELPER) $(common_SRC)
web_PKG = libmicrohttpd libevent_core inih
login_SRC = $(filter-out tools/ctl%,$(wildcard tools/*.c)) $(common_SRC)
login_PKG = jansson
ctl_SRC = $(filter-out tools/login%,$(wildcard tools/*.c)) $(common_SRC)
ctl_PKG = jansson
sim_SRC = $(filter-out tests/sim/check_% tests/sim/simctl.c,$(wildcard tests/sim/*.c))
sim_PKG = libevent_core libevent_extra libevent_openssl openssl jansson
simctl_PKG = libcurl jansson

pkg_libs = $(shell $(PKG_CONFIG) --libs $(1))
objects = $(patsubst %.c,$(B)/o/%.o,$(1))

PROGRAMS = $(B)/wecom-helper $(B)/wecom-web $(B)/wecom-login $(B)/wecomctl
MODULES = $(B)/pam_wecom.so $(B)/libnss_wecom.so.2
SIM = $(B)/wecom-sim

.PHONY: all install uninstall demo check check-asan check-unit check-valgrind check-boundary \
        check-all check-nocobase check-plugin lint nocobase fuzz fuzz-programs bench bench-accounts \
        bench-nss bench-scan deps \
        clean test-programs
.DELETE_ON_ERROR:
.SECONDARY:

all: $(MODULES) $(PROGRAMS) $(SIM)

$(B)/o/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The module is position-independent code; its objects are kept apart from those of the programs.
$(B)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(B)/pam_wecom.so: $(patsubst %.c,$(B)/pic/%.o,$(pam_wecom_SRC)) pam_wecom/pam_wecom.map
	$(CC) $(ALL_CFLAGS) -shared -fPIC $(LDFLAGS) $(filter-out -pie,$(LDHARDENING)) \
	    $(if $(SANITIZE),,-Wl,-z,defs) -Wl,--version-script=pam_wecom/pam_wecom.map -o $@ \
	    $(filter %.o,$^) -lpam

# The NSS module: no library but libc, and its own name as glibc asks for it.
link_nss = $(CC) $(ALL_CFLAGS) -shared -fPIC $(LDFLAGS) $(filter-out -pie,$(LDHARDENING)) \
    $(if $(SANITIZE),,-Wl,-z,defs) -Wl,-soname,libnss_wecom.so.2 \
    -Wl,--version-script=nss_wecom/nss_wecom.map -o $@ $(filter %.o,$^)

$(B)/libnss_wecom.so.2: $(patsubst %.c,$(B)/pic/%.o,$(nss_wecom_SRC)) nss_wecom/nss_wecom.map
	$(link_nss)

# Sentences for people: compiled tables from the .po files.
$(B)/gen/texts.inc: po/texts.awk po/en.po po/zh_CN.po
	@mkdir -p $(@D)
	awk -f po/texts.awk po/en.po po/zh_CN.po > $@
$(B)/o/helper/texts.o: $(B)/gen/texts.inc

# The pages: their sentences, and their style sheet as a string and as the digest (base64) that the
# Content-Security-Policy names. The string is the file to the byte.
$(B)/gen/web_texts.inc: po/texts.awk po/en.po po/zh_CN.po
	@mkdir -p $(@D)
	awk -v web=1 -f po/texts.awk po/en.po po/zh_CN.po > $@
$(B)/gen/web_style.inc: web/style.css
	@mkdir -p $(@D)
	{ echo '#define WEB_STYLE \'; sed -e 's/["\\]/\\&/g' -e 's/.*/"&\\n" \\/' $<; echo; \
	    echo '#define WEB_STYLE_DIGEST \'; \
	    sha256sum < $< | cut -c1-64 | tr a-f A-F | basenc --base16 -d | base64 | sed 's/.*/"&"/'; } > $@
$(B)/o/web/texts.o: $(B)/gen/web_texts.inc
$(B)/o/web/pages.o: $(B)/gen/web_style.inc

$(B)/wecom-web: $(call objects,$(web_SRC))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(call pkg_libs,$(web_PKG))

$(B)/wecom-helper: $(call objects,$(helper_SRC))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(call pkg_libs,$(helper_PKG))

$(B)/wecom-login: $(call objects,$(login_SRC))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ -lpam $(call pkg_libs,$(login_PKG))

$(B)/wecomctl: $(call objects,$(ctl_SRC))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(call pkg_libs,$(ctl_PKG))

$(B)/wecom-sim: $(call objects,$(sim_SRC))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(call pkg_libs,$(sim_PKG))

# The plugin as an administrator of NocoBase uploads it. Needs node and npm, and nothing from a registry.
nocobase_TGZ = $(B)/nocobase/pam-wecom-plugin-auth-wecom-$(VERSION).tgz

nocobase: $(nocobase_TGZ)

$(nocobase_TGZ): nocobase/build.js nocobase/package.json nocobase/README \
        $(wildcard nocobase/*.js nocobase/src/*.js nocobase/src/*/*)
	rm -rf $(B)/nocobase/package
	@mkdir -p $(B)/nocobase/package
	cp nocobase/package.json nocobase/README nocobase/client.js nocobase/client-v2.js nocobase/server.js \
	    $(B)/nocobase/package/
	node nocobase/build.js $(B)/nocobase/package
	cd $(B)/nocobase/package && npm pack --silent --ignore-scripts --pack-destination .. >/dev/null

# Tests: tests/<folder>/test_<source>.c is one program with one Check suite. It links everything of
# its part but the file with main().
TEST_SRC = $(wildcard tests/common/test_*.c tests/pam_wecom/test_*.c tests/helper/test_*.c \
             tests/helper/wecom/test_*.c tests/nss_wecom/test_*.c tests/tools/test_*.c \
             tests/web/test_*.c \
             tests/e2e/test_*.c)
TESTS = $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC)) $(B)/tests/sim/check_sim
test_MAIN = $(B)/o/tests/check_main.o
check_LIBS = $(call pkg_libs,check)

test-programs: $(TESTS) $(B)/tests/e2e/person $(B)/tests/e2e/qr_show

$(B)/tests/common/%: $(B)/o/tests/common/%.o $(test_MAIN) $(call objects,$(common_SRC))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(check_LIBS)

# The reader is tested on what the writer writes.
$(B)/tests/common/test_table: $(call objects,helper/table_writer.c helper/table_encode.c)
$(B)/tests/common/test_table: check_LIBS += -lpthread $(call pkg_libs,libcdb)

# The same module with a table in the current directory, so that each test has its own.
$(B)/nss-test/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -UWECOM_TABLE_FILE -DWECOM_TABLE_FILE='"accounts.cdb"' $(ALL_CFLAGS) \
	    -fPIC -MMD -MP -c -o $@ $<

$(B)/nss-test/libnss_wecom.so.2: $(patsubst %.c,$(B)/nss-test/%.o,$(nss_wecom_SRC)) \
        nss_wecom/nss_wecom.map
	$(link_nss)

$(B)/tests/nss_wecom/%: $(B)/o/tests/nss_wecom/%.o $(test_MAIN) \
        $(call objects,$(wildcard tests/nss_wecom/support*.c) helper/table_writer.c \
        helper/table_encode.c $(nss_COMMON)) | $(MODULES) $(B)/nss-test/libnss_wecom.so.2
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ -ldl -lpthread $(call pkg_libs,libcdb) \
	    $(check_LIBS)

$(B)/tests/pam_wecom/%: $(B)/o/tests/pam_wecom/%.o $(test_MAIN) \
        $(call objects,$(wildcard tests/pam_wecom/support*.c)) $(call objects,$(pam_wecom_SRC)) \
        | $(B)/pam_wecom.so
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ -lpam -lpthread $(check_LIBS)

# What a published table says is tested on one that the helper's own writer makes.
$(B)/tests/pam_wecom/test_offline: $(call objects,helper/table_writer.c helper/table_encode.c)
$(B)/tests/pam_wecom/test_offline: check_LIBS += $(call pkg_libs,libcdb)

helper_TEST_O = $(test_MAIN) $(call objects,$(filter-out helper/main.c,$(helper_SRC))) \
        $(call objects,$(wildcard tests/helper/support*.c) tests/sim/simctl.c)
$(B)/tests/helper/%: $(B)/o/tests/helper/%.o $(helper_TEST_O) | $(SIM) $(B)/wecom-helper
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ \
	    $(call pkg_libs,$(helper_PKG) $(simctl_PKG)) $(check_LIBS)

$(B)/tests/web/%: $(B)/o/tests/web/%.o $(test_MAIN) \
        $(call objects,$(filter-out web/main.c,$(web_SRC)))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(call pkg_libs,$(web_PKG) libcrypto) $(check_LIBS)

# A person at a terminal, for the tests in shell and the demo.
PERSON = $(B)/tests/e2e/person
$(PERSON): $(call objects,tests/e2e/person.c common/deadline.c)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^

# The helper's QR codes, for a real terminal.
$(B)/tests/e2e/qr_show: $(call objects,tests/e2e/qr_show.c helper/qr.c)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(call pkg_libs,libqrencode)

# Real helper, real simulator, real TLS; some through a real PAM service.
$(B)/tests/e2e/%: $(B)/o/tests/e2e/%.o $(test_MAIN) $(call objects,$(wildcard tests/e2e/support*.c) \
        tests/sim/simctl.c $(common_SRC)) | all
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(call pkg_libs,$(simctl_PKG)) $(check_LIBS)

# WeCom's part of a message URL is played by what the helper's own tests encrypt with.
$(B)/tests/e2e/test_approve: $(call objects,tests/helper/support_callback.c)
$(B)/tests/e2e/test_approve: check_LIBS += $(call pkg_libs,libcrypto)

$(B)/tests/tools/%: $(B)/o/tests/tools/%.o $(test_MAIN) \
        $(call objects,$(filter-out tools/login.c tools/ctl.c,$(wildcard tools/*.c)) $(common_SRC)) \
        | $(PROGRAMS) $(MODULES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ -lpam $(call pkg_libs,jansson) $(check_LIBS)

$(B)/tests/sim/check_sim: $(call objects,$(wildcard tests/sim/check_*.c) tests/sim/simctl.c) | $(SIM)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(call pkg_libs,$(simctl_PKG)) $(check_LIBS)

# Fuzz targets: tests/fuzz/fuzz_<what>.c, one parser of outside bytes each.
FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)
FUZZ = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))
FUZZ_SECONDS ?= 10
fuzz_PARTS = $(common_SRC) helper/auth_info.c helper/config.c helper/handed_file.c helper/inifile.c helper/keptfile.c helper/keyed.c helper/options.c \
        helper/options_accounts.c helper/options_web.c helper/policy.c helper/secretfile.c \
        $(wildcard helper/throttle*.c) helper/wecom/answer.c helper/wecom/answer_directory.c \
        helper/wecom/callback.c helper/wecom/callback_form.c helper/wecom/callback_query.c helper/wecom/event.c \
        helper/wecom/fields.c tools/ctl_csv.c tools/ctl_links_text.c tools/ctl_records.c \
        $(addprefix web/,cookie.c forwarded.c language.c query.c route.c)
# The other side of the encryption: what is inside of a request is reached only through it.
fuzz_SUPPORT = tests/helper/support_callback.c

$(B)/fuzz/%: tests/fuzz/%.c $(fuzz_PARTS) $(fuzz_SUPPORT) $(wildcard include/wecom/*.h common/*.h \
        helper/*.h helper/wecom/*.h tools/*.h web/*.h tests/helper/support_callback.h)
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -g -O1 -std=gnu11 \
	    $(ALL_CPPFLAGS) -o $@ $< $(fuzz_PARTS) $(fuzz_SUPPORT) \
	    $(call pkg_libs,jansson inih libcrypto expat)

fuzz-programs: $(FUZZ)

fuzz: $(FUZZ)
	tests/run $(foreach f,$(FUZZ),"tests/fuzz/run $(f) $(FUZZ_SECONDS)")

lint:
	tests/run tests/lint

check-boundary: $(MODULES) $(PROGRAMS)
	tests/run $(foreach m,$(MODULES),"tests/boundary/check $(m)") "tests/boundary/programs $(B)"

check-unit: all test-programs
	tests/run $(TESTS)

# The C unit tests on the gcc build; tests that run whole programs or many processes are left out, and
# those of thousands of transactions, look-ups or damaged files, whose code the others run too.
VALGRIND_TESTS = $(filter $(B)/tests/common/% $(B)/tests/helper/% $(B)/tests/pam_wecom/% \
        $(B)/tests/tools/% $(B)/tests/nss_wecom/% $(B)/tests/web/%,$(filter-out %/test_glibc %/test_syscalls \
        %/test_store_crash %/test_store_history %/test_accounts %/test_accounts_admin %/test_table \
        %/test_sync %/test_sync_directory %/test_admin_accounts %/test_worker_run %/test_callback \
        %/test_qr %/test_throttle %/test_throttle_file %/test_web_event,$(TESTS)))
# Those of `make check`: what runs inside other people's processes or parses what anybody sends. All of
# them take half an hour more; what they find beyond AddressSanitizer are uninitialised bytes.
VALGRIND_OFTEN = $(filter $(B)/tests/common/% $(B)/tests/pam_wecom/% $(B)/tests/nss_wecom/% \
        $(B)/tests/web/% $(B)/tests/tools/test_login% %/test_inifile %/test_request %/test_links \
        %/test_recovery %/wecom/test_answer %/wecom/test_event %/wecom/test_fields \
        %/wecom/test_reach,$(VALGRIND_TESTS))
# Many of them wait most of the time: one more than there are processors keeps those busy.
JOBS = $(shell echo $$(($$(nproc) + 1)))
# With AddressSanitizer all of them but those that measure, or have crowds of accounts: their code runs
# in the others too.
ASAN_TESTS = $(filter-out %/e2e/test_accounts_ctl %/e2e/test_scan_load %/e2e/test_alike,$(TESTS))

check-valgrind: all test-programs
	tests/run $(foreach t,$(VALGRIND_TESTS),"tests/valgrind $(t)")

ASAN = B=build/asan SANITIZE=address,undefined
check-asan: $(B)/gen/texts.inc
	$(MAKE) $(ASAN) WERROR= all test-programs
	$(MAKE) $(ASAN) check-unit

# The plugin, its parts and the whole of it in a NocoBase that runs in the tests' own process.
check-plugin:
	tests/run -t 600 tests/plugin/run

# A real NocoBase, its browser pages, and the container files. The first time it is fetched from npm.
check-nocobase: all nocobase
	tests/run -t 600 tests/nocobase/run

# Everything, in one count. Warnings are errors here, with gcc and with clang.
check: deps
	$(MAKE) -s -j 2 WERROR=1 all test-programs fuzz-programs
	$(MAKE) -s -j 2 $(ASAN) WERROR= all test-programs
	$(MAKE) -s -j 2 CC=clang B=build/clang WERROR=1 all
	$(MAKE) -s WERROR=1 check-all

check-all: all nocobase test-programs fuzz-programs
	tests/run -t 900 -j $(JOBS) tests/lint \
	    $(foreach m,$(MODULES),"tests/boundary/check $(m)") "tests/boundary/programs $(B)" \
	    $(foreach m,$(patsubst $(B)/%,build/clang/%,$(MODULES)),"tests/boundary/check $(m)") \
	    "tests/boundary/programs build/clang" \
	    $(TESTS) tests/e2e/qr_terminal tests/e2e/install tests/e2e/demo tests/e2e/systemd tests/e2e/hosts \
	    tests/plugin/run \
	    tests/nocobase/run \
	    $(foreach t,$(VALGRIND_OFTEN),"tests/valgrind $(t)") \
	    $(patsubst $(B)/%,build/asan/%,$(ASAN_TESTS)) \
	    $(foreach f,$(FUZZ),"tests/fuzz/run $(f) $(FUZZ_SECONDS)")

deps:
	tests/deps

demo:
	tests/deps build
	$(MAKE) -s all
	tests/demo $(B)

$(B)/bench: $(call objects,tests/bench/bench.c tests/sim/simctl.c)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ -lpam $(call pkg_libs,$(simctl_PKG))

bench: all $(B)/bench
	$(B)/bench

# What accounts cost in a company of 100,000.
$(B)/bench-accounts: $(call objects,tests/bench/bench_accounts.c tests/sim/simctl.c \
        $(filter-out helper/main.c,$(helper_SRC)))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(call pkg_libs,$(helper_PKG) $(simctl_PKG))

bench-accounts: all $(B)/bench-accounts
	$(B)/bench-accounts

# What a look-up of a user costs, beside the one in /etc/passwd.
$(B)/bench-nss: $(call objects,tests/bench/bench_nss.c helper/table_writer.c helper/table_encode.c \
        $(nss_COMMON))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(call pkg_libs,libcdb)

bench-nss: $(B)/libnss_wecom.so.2 $(B)/bench-nss
	$(B)/bench-nss

# What ten thousand terminals that wait for a scan cost, and a thousand slow browsers.
bench-scan: $(B)/tests/e2e/test_scan_load
	$(B)/tests/e2e/test_scan_load

install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(pamdir) $(nssdir) $(bindir) $(sbindir) $(sysconfdir)/wecom \
	    $(unitdir) $(sysusersdir) $(tmpfilesdir) $(mandir)/man1 $(mandir)/man5 $(mandir)/man8 \
	    $(docdir)/examples)
	$(INSTALL) -m 644 $(B)/pam_wecom.so $(DESTDIR)$(pamdir)/
	$(INSTALL) -m 644 $(B)/libnss_wecom.so.2 $(DESTDIR)$(nssdir)/
	$(INSTALL) -m 755 $(B)/wecom-helper $(B)/wecom-web $(B)/wecomctl $(DESTDIR)$(sbindir)/
	$(INSTALL) -m 755 $(B)/wecom-login $(DESTDIR)$(bindir)/
	test -e $(DESTDIR)$(sysconfdir)/wecom/wecom.conf || \
	    $(INSTALL) -m 644 etc/wecom.conf $(DESTDIR)$(sysconfdir)/wecom/wecom.conf
	for unit in wecom-helper wecom-web; do \
	    sed -e 's|@SBINDIR@|$(sbindir)|g' -e 's|@SYSCONFDIR@|$(sysconfdir)|g' \
	        etc/$$unit.service.in > $(DESTDIR)$(unitdir)/$$unit.service && \
	    chmod 644 $(DESTDIR)$(unitdir)/$$unit.service || exit 1; \
	done
	$(INSTALL) -m 644 etc/wecom.sysusers.conf $(DESTDIR)$(sysusersdir)/wecom.conf
	$(INSTALL) -m 644 etc/wecom.tmpfiles.conf $(DESTDIR)$(tmpfilesdir)/wecom.conf
	$(INSTALL) -m 644 man/*.1 $(DESTDIR)$(mandir)/man1/
	$(INSTALL) -m 644 man/*.5 $(DESTDIR)$(mandir)/man5/
	$(INSTALL) -m 644 man/*.8 $(DESTDIR)$(mandir)/man8/
	$(INSTALL) -m 644 README.md README.zh-CN.md LICENSE docs/*.md $(DESTDIR)$(docdir)/
	$(INSTALL) -m 644 etc/wecom.conf etc/pam.d/* etc/sshd/* $(DESTDIR)$(docdir)/examples/
	$(INSTALL) -m 644 etc/sudoers.d/wecom $(DESTDIR)$(docdir)/examples/sudoers-wecom
	$(INSTALL) -m 644 etc/nginx.conf $(DESTDIR)$(docdir)/examples/nginx-wecom-web.conf
	$(INSTALL) -m 644 etc/Caddyfile $(DESTDIR)$(docdir)/examples/Caddyfile-wecom-web
	$(INSTALL) -m 644 etc/nginx-nocobase.conf etc/Caddyfile-nocobase $(DESTDIR)$(docdir)/examples/
	$(INSTALL) -d $(DESTDIR)$(docdir)/examples/container
	$(INSTALL) -m 644 etc/container/* $(DESTDIR)$(docdir)/examples/container/

# The configuration and the state stay: they are the administrator's.
uninstall:
	rm -f $(DESTDIR)$(pamdir)/pam_wecom.so $(DESTDIR)$(nssdir)/libnss_wecom.so.2 \
	    $(DESTDIR)$(sbindir)/wecom-helper $(DESTDIR)$(sbindir)/wecom-web \
	    $(DESTDIR)$(sbindir)/wecomctl $(DESTDIR)$(bindir)/wecom-login \
	    $(DESTDIR)$(unitdir)/wecom-helper.service $(DESTDIR)$(unitdir)/wecom-web.service \
	    $(DESTDIR)$(sysusersdir)/wecom.conf \
	    $(DESTDIR)$(tmpfilesdir)/wecom.conf \
	    $(addprefix $(DESTDIR)$(mandir)/man1/,$(notdir $(wildcard man/*.1))) \
	    $(addprefix $(DESTDIR)$(mandir)/man5/,$(notdir $(wildcard man/*.5))) \
	    $(addprefix $(DESTDIR)$(mandir)/man8/,$(notdir $(wildcard man/*.8)))
	rm -rf $(DESTDIR)$(docdir)

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
