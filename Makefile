# reminderd: `make help` says what there is.
BUILD ?= build
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
SANITIZE ?= 0

VERSION := 0.1.0
PKGS := libcurl libconfig sqlite3 libsystemd jansson libcrypto libidn2 gmime-3.0

# ---- compiler ----------------------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Werror
CPPFLAGS_ALL := -Idaemon -D_GNU_SOURCE -DREMINDERD_VERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' \
	$(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS))) $(CPPFLAGS)
CFLAGS_ALL := -std=gnu17 -g $(WARNINGS) -fPIE -fstack-protector-strong -fno-strict-aliasing -MMD -MP
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifeq ($(SANITIZE),1)
CFLAGS_ALL += -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# A program looks for leaks in what its libraries hold, too: with gcc's own among them, each start takes twice as long.
LDFLAGS_ALL += -fsanitize=address,undefined $(if $(findstring clang,$(CC)),,-static-libasan -static-libubsan)
else
CFLAGS_ALL += -O2
CPPFLAGS_ALL += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
CFLAGS_ALL += $(CFLAGS)
LDFLAGS_ALL += $(LDFLAGS)
LIBS := $(shell pkg-config --libs $(PKGS)) -lm
TEST_LIBS := -lcmocka -lical

# ---- the floors, each an archive; a floor sees only those to its right ---------------------------------------------
FLOORS := control engine deciding reminding sending content addressing runtime message config store transport template core base
below_base :=
below_core := base
below_template := core base
below_transport := core base
below_store := core base
below_config := core base
below_message := template core base
below_runtime := message config store transport template core base
below_addressing := runtime $(below_runtime)
below_content := addressing runtime $(below_runtime)
below_sending := content addressing runtime $(below_runtime)
below_reminding := content addressing runtime $(below_runtime)
below_deciding := addressing runtime $(below_runtime)
below_engine := deciding reminding sending content addressing runtime $(below_runtime)
below_control := engine $(below_engine)
below_client := core base
below_ctl := client core base
below_incoming := client config core base
sources = $(sort $(wildcard daemon/$(1)/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(call sources,$(1)))
archive = $(BUILD)/lib$(1).a

# `make V=1` shows the commands.
V ?= 0
Q_0 = @echo '  $(1)  $(2)';
Q_1 =
say = $(call Q_$(V),$(1),$(2))

.DEFAULT_GOAL := all
all: $(BUILD)/reminderd $(BUILD)/reminderctl $(BUILD)/reminder-mail ## the programs

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

# It holds the file.
$(BUILD)/daemon/config/answers.o: conf/answers.conf

define floor_rule
$(call archive,$(1)): $(filter-out %/reminderctl.o %/reminder-mail.o,$(call objects,$(1))) $(BUILD)/$(1).list
	@rm -f $$@
	@$$(AR) rcs $$@ $$(filter %.o,$$^)
# What is in the folder: an archive is made anew when a file has gone, too.
$(BUILD)/$(1).list: FORCE
	@mkdir -p $$(@D)
	@echo '$(call sources,$(1))' | cmp -s - $$@ || echo '$(call sources,$(1))' >$$@
endef
# ctl's archive is all of reminderctl but its main(), and incoming's all of reminder-mail but its own.
$(foreach floor,$(FLOORS) client ctl incoming,$(eval $(call floor_rule,$(floor))))

$(BUILD)/reminderd: $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard daemon/*.c))) $(foreach f,$(FLOORS),$(call archive,$(f)))
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/reminderctl: $(BUILD)/daemon/ctl/reminderctl.o $(foreach f,ctl $(below_ctl),$(call archive,$(f)))
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/reminder-mail: $(BUILD)/daemon/incoming/reminder-mail.o $(foreach f,incoming $(below_incoming),$(call archive,$(f)))
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

# ---- unit tests: tests/unit/FLOOR/test_*.c, linked with the folder's other files, that floor and those below ------------------------------
UNIT_SOURCES := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(UNIT_SOURCES))
unit_floor = $(word 3,$(subst /, ,$(1)))
unit_helpers = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(dir $(1))test_%.c,$(wildcard $(dir $(1))*.c)))
define unit_rule
$(BUILD)/$(1:.c=): $(BUILD)/$(1:.c=.o) $(call unit_helpers,$(1)) $(foreach f,$(call unit_floor,$(1)) $(below_$(call unit_floor,$(1))),$(call archive,$(f)))
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $$(LIBS) $$(TEST_LIBS)
endef
$(foreach test,$(UNIT_SOURCES),$(eval $(call unit_rule,$(test))))
$(BUILD)/tests/%.o: CPPFLAGS_ALL += -DSOURCE_DIR='"$(CURDIR)"'

unit: $(UNIT_TESTS) ## builds and runs the unit tests
	@scripts/run-unit $(UNIT_TESTS)
unit-%: ## unit tests of one floor: make unit-core
	@$(MAKE) --no-print-directory $(filter $(BUILD)/tests/unit/$*/%,$(UNIT_TESTS))
	@scripts/run-unit $(filter $(BUILD)/tests/unit/$*/%,$(UNIT_TESTS))

# Without those that take long under valgrind: store/test_memory fails thousands of allocations, store/test_damage and the two
# test_integrity open hundreds of databases, config/test_source reads files of many megabytes, the others go through whole years
# or thousands of rows with the code that the short ones run. Of the engine's one: each starts the same engine, so that all
# together are more than half of the time, and the sanitizers see every one.
VALGRIND := valgrind --quiet --num-callers=30 --leak-check=full --show-leak-kinds=definite \
	--errors-for-leak-kinds=definite --error-exitcode=99 --suppressions=tests/unit/valgrind.supp
UNIT_LONG := $(addprefix $(BUILD)/tests/unit/,config/test_source core/test_ladder core/test_ladder_year store/test_damage \
	store/test_integrity store/test_memory store/test_overdue store/test_schema) \
	$(filter-out %/engine/test_engine,$(filter $(BUILD)/tests/unit/engine/%,$(UNIT_TESTS)))
UNIT_UNDER_VALGRIND := $(filter-out $(UNIT_LONG),$(UNIT_TESTS))
valgrind: $(UNIT_UNDER_VALGRIND) ## the unit tests under memcheck
	@RUNNER='$(VALGRIND)' scripts/run-unit $(UNIT_UNDER_VALGRIND)

# ---- end-to-end tests, which wait more than they work; and at other moments than now --------------------------------------
E2E := /usr/bin/python3 -m pytest -q -p no:cacheprovider -n $$((3 * $$(nproc))) tests/e2e
check: all unit ## unit and end-to-end tests
	BUILD=$(BUILD) $(E2E)
$(BUILD)/shifted-clock.so: tests/moments/shifted_clock.c
	$(call say,LD,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -fPIC -shared -o $@ $<
moments: all $(BUILD)/shifted-clock.so ## end-to-end tests at moments that are hard: MOMENT=january for one of them
	@BUILD='$(BUILD)' tests/moments/run $(MOMENT)

# ---- the simulation: years of faults in virtual time; the wraps are where it makes the process die and listens ------------------------
SEEDS ?= 200
SIM_WRAPS := $(foreach f,store_begin store_commit store_rollback clock_set_point journal_say,-Wl,--wrap=$(f))
$(BUILD)/sim: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/sim/*.c)) $(foreach f,engine $(below_engine),$(call archive,$(f)))
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) $(SIM_WRAPS) -o $@ $^ $(LIBS)
sim: $(BUILD)/sim ## plays SEEDS=N seeds: months of a block with everything that can go wrong
	@$(BUILD)/sim --seeds $(SEEDS)
sim-mutations: ## breaks rules on purpose: the simulation must notice each
	@tests/sim/mutations
mutations: ## plants faults one at a time, as root: the narrowest test must notice each (WORDS='a secret': only those)
	@tests/mutations '$(WORDS)'

# ---- faults: power losses, failing calls, memory that runs out ----------------------------------------------------------
FAULTS_SIM := $(filter-out %/main.o,$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/sim/*.c)))
$(BUILD)/faults: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/faults/*.c)) $(FAULTS_SIM) $(foreach f,control $(below_control),$(call archive,$(f)))
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) $(SIM_WRAPS) -o $@ $^ $(LIBS)
# Their functions stand in place of libc's: not of the checked ones, and below a sanitizer's.
$(BUILD)/tests/faults/calls.o $(BUILD)/tests/faults/memory.o: CPPFLAGS_ALL += -U_FORTIFY_SOURCE
$(patsubst %,$(BUILD)/tests/faults/%.o,calls disk nodes memory): CFLAGS_ALL += -fno-sanitize=all
$(BUILD)/tests/faults/memory.o: CPPFLAGS_ALL += -DSANITIZED=$(SANITIZE)
faults: $(BUILD)/faults ## power losses, failing calls and memory that runs out, at every step
	@$(BUILD)/faults $(FAULTS)
ROUNDS ?= 300
kill-rounds: all ## SIGKILL at ROUNDS=N random moments in the real program, with a real mail server
	@BUILD='$(BUILD)' /usr/bin/python3 tests/faults/kill_rounds.py --rounds $(ROUNDS)

# ---- fuzzing: tests/fuzz/fuzz_*.c with clang's libFuzzer, ASan and UBSan, in a build of its own -------------------------
FUZZ_BUILD ?= build-fuzz
FUZZ_SECONDS ?= 600
FUZZ_TARGETS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_HELPERS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/fuzz/fuzz_%.c,$(wildcard tests/fuzz/*.c)) \
	tests/unit/message/letters.c tests/unit/message/json_values.c)
$(FUZZ_TARGETS): $(BUILD)/%: $(BUILD)/%.o $(FUZZ_HELPERS) $(foreach f,incoming ctl client $(FLOORS),$(call archive,$(f)))
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(LIBS) -lical
fuzz-targets: $(FUZZ_TARGETS)
fuzz-build: ## the fuzz targets, in FUZZ_BUILD
	@$(MAKE) --no-print-directory CC=clang SANITIZE=1 BUILD=$(FUZZ_BUILD) CFLAGS=-fsanitize=fuzzer-no-link fuzz-targets
fuzz: fuzz-build ## each target for FUZZ_SECONDS; what it finds stays in FUZZ_BUILD/findings
	@tests/fuzz/run long $(FUZZ_BUILD) $(FUZZ_SECONDS)
fuzz-smoke: fuzz-build ## the corpora and the same few thousand inputs each time
	@tests/fuzz/run smoke $(FUZZ_BUILD)

# ---- coverage: a build of its own, without optimization; a process that is killed takes its counters along ----------------
COVERAGE := $(MAKE) --no-print-directory BUILD=build-coverage CFLAGS='-O0 -U_FORTIFY_SOURCE --coverage -fprofile-update=atomic' LDFLAGS=--coverage
coverage: ## lines and branches of daemon/ that unit, end-to-end tests and the simulation reach
	+@$(COVERAGE) coverage-begin
	+@$(COVERAGE) coverage-short
	-@BUILD=build-coverage $(E2E)
	@scripts/coverage build-coverage --files
coverage-brief: ## the same without end-to-end tests, in less than a minute
	+@$(COVERAGE) coverage-begin
	+@$(COVERAGE) coverage-short
	@scripts/coverage build-coverage
coverage-begin:
	@mkdir -p $(BUILD)
	@find $(BUILD) -name '*.gcda' -delete
coverage-short: all unit $(BUILD)/sim
	@$(BUILD)/sim --seeds 48

# ---- bench: `scripts/setup bench` installs what it compares with --------------------------------------------------------
$(BUILD)/bare: $(BUILD)/tests/bench/bare.o
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

ONLY ?=
bench: all $(BUILD)/bare ## reminderd beside its peers, in ratios: ONLY=mail for one of them
	@BUILD=$(BUILD) tests/bench/run.py --json $(BUILD)/bench.json $(if $(ONLY),--only $(ONLY))
load: all ## 10,000 messages due at once of 100,000 obligations, to a slow server that refuses a quarter
	@BUILD=$(BUILD) tests/bench/load.py
bench-smoke: all $(BUILD)/bare ## the same with a few messages: whether it runs
	@BUILD=$(BUILD) tests/bench/run.py --smoke
bench-report: ## the last bench as plots and in the table of tests/bench/README.md
	@tests/bench/report.py $(BUILD)/bench.json

# ---- manual pages ---------------------------------------------------------------------------------------------------
MAN_SOURCES := $(sort $(wildcard daemon/man/*.scd))
MAN_PAGES := $(patsubst daemon/man/%.scd,$(BUILD)/man/%,$(MAN_SOURCES))
# What the clerk reads, in Vietnamese too: from the same pages, by daemon/man/vi.po.
MAN_IN_VIETNAMESE := $(addprefix $(BUILD)/man/vi/,reminderctl.1 reminder-plan.5)
man: $(MAN_PAGES) $(MAN_IN_VIETNAMESE) ## the manual pages
$(BUILD)/man/%: daemon/man/%.scd
	@mkdir -p $(@D)
	scdoc < $< > $@
$(BUILD)/man/vi/%: daemon/man/%.scd $(BUILD)/man/vi.mo scripts/translate-manual
	@mkdir -p $(@D)
	scripts/translate-manual $< $(BUILD)/man/vi.mo | scdoc > $@
$(BUILD)/man/vi.mo: daemon/man/vi.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

# ---- translations -----------------------------------------------------------------------------------------------------
CATALOGUES := $(patsubst conf/po/%.po,$(BUILD)/locale/%/LC_MESSAGES/reminderctl.mo,$(wildcard conf/po/*.po))
locale: $(CATALOGUES) ## reminderctl in Vietnamese
$(BUILD)/locale/%/LC_MESSAGES/reminderctl.mo: conf/po/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

# ---- lint -------------------------------------------------------------------------------------------------------------
ALL_SOURCES := $(sort $(wildcard daemon/*.c daemon/*/*.c))
lint: check-floors check-format check-mutations lint-tidy lint-cppcheck ## floors, format, clang-tidy with its analyzer, cppcheck
empty :=
seen_from = $(subst $(empty) $(empty),|,$(strip $(1) $(below_$(1))))
check-floors: ## no include points up
	@up=$$($(foreach f,$(FLOORS) client ctl incoming,grep -nE '^#include ".*/' daemon/$(f)/*.[ch] | grep -vE '"($(call seen_from,$(f)))/';) true); \
	[ -z "$$up" ] || { printf '%s\n' "$$up" | sed 's/$$/: points up, see FLOORS in the Makefile/'; exit 1; }
# Of Debian 12: a later one lays out macros and comments of several columns in another way.
CLANG_FORMAT_VERSION := 14
check-format: ## the C agrees with .clang-format
	@clang-format --version | grep -q 'version $(CLANG_FORMAT_VERSION)\.' || \
		{ echo 'check-format: not checked, wants clang-format $(CLANG_FORMAT_VERSION)'; exit 0; }; \
	clang-format --dry-run --Werror $(ALL_SOURCES) $(wildcard daemon/*/*.h tests/*/*.[ch] tests/unit/*/*.[ch])
check-mutations: ## each fault that is planted to test the tests still changes its file
	@tests/mutations --applies
	@tests/sim/mutations --applies
lint-tidy: $(BUILD)/compile_flags.txt
	@printf '%s\n' $(ALL_SOURCES) | xargs -P"$$(nproc)" -n1 clang-tidy --quiet -p $(BUILD)
$(BUILD)/compile_flags.txt: Makefile
	@mkdir -p $(@D)
	@printf '%s\n' $(subst -Idaemon,-I$(CURDIR)/daemon,$(CPPFLAGS_ALL)) -std=gnu17 >$@
# cppcheck does not know cleanup attributes (memleak, resourceLeak), jansson's loop macros, or that a loop fills an array
# (uninitvar); it takes an allocation that was looked at for one that was not (OutOf…: the faults of memory fail each one). In tests
# an allocation that fails may end everything, a macro names its argument twice (deallocuse), and "template" is a name as
# anywhere in C (CastIntegerToAddressAtReturn).
lint-cppcheck:
	cppcheck --quiet --std=c11 --inline-suppr --error-exitcode=1 --enable=warning,performance,portability \
		--suppress=missingInclude --suppress=memleak --suppress=unknownMacro --suppress=missingIncludeSystem -Idaemon -D__GNUC__ -j2 \
		--suppress=uninitvar --suppress=nullPointerOutOfMemory --suppress=nullPointerOutOfResources \
		--suppress=nullPointerArithmeticOutOfMemory --suppress=nullPointerArithmeticOutOfResources --suppress='deallocuse:tests/*' \
		--suppress=normalCheckLevelMaxBranches --suppress='resourceLeak:tests/*' --suppress='memleakOnRealloc:tests/*' \
		--suppress='CastIntegerToAddressAtReturn:tests/*' daemon tests

# ---- install ------------------------------------------------------------------------------------------------------------
install: all man locale ## programs, units, examples, manual pages: DESTDIR= PREFIX=
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' SYSCONFDIR='$(SYSCONFDIR)' BUILD='$(BUILD)' scripts/install

deb: all man locale ## a Debian package in BUILD
	@BUILD='$(BUILD)' VERSION='$(VERSION)' scripts/make-deb

clean: ## removes what was built
	rm -rf $(BUILD)

help: ## this list
	@awk -F':.*## ' '/^[a-z%-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo '  SANITIZE=1 builds with ASan and UBSan, CC=clang with clang, BUILD=DIR elsewhere.'

.PHONY: FORCE all unit moments valgrind coverage coverage-brief coverage-begin coverage-short sim sim-mutations mutations check bench bench-smoke load man locale lint check-floors check-format check-mutations lint-tidy lint-cppcheck install deb clean help fuzz fuzz-build fuzz-smoke fuzz-targets bench-report faults kill-rounds
.SECONDARY:
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
