# shellcheck shell=sh
# Plants faults in a copy of the sources, one at a time, and shows whether a test notices: a test of the tests.
# Sourced by tests/mutations and tests/sim/mutations, which set $root and name the faults. The checkout is left alone.

# With --applies before all else: only looks whether each fault still changes its file (make check-mutations).
only_look=false
if [ "${1:-}" = --applies ]; then
    only_look=true
    shift
fi
PATIENCE=600 # seconds, after which a test that hangs counts as one that noticed
work=$(mktemp -d "${TMPDIR:-/tmp}/reminderd-mutations-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2154 # set by whoever sources this
(cd "$root" && cp -Rp Makefile daemon conf units scripts tests "$work")
# What has been built of the program is not built again.
if ! $only_look && [ -d "$root/build/daemon" ]; then
    mkdir "$work/build"
    cp -Rp "$root/build/daemon" "$work/build"
fi
CC=${CC:-gcc}
if command -v ccache >/dev/null; then
    CC="ccache $CC"
    export CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1
fi
planted=0 caught=0
sound=" " # tests that passed without a fault

give_up() {
    cat "$work/log" >&2
    echo "$1" >&2
    exit 2
}

build() { # TARGET...
    make -s -C "$work" BUILD=build CC="$CC" CFLAGS=-Wno-error -j"$(nproc)" "$@" >"$work/log" 2>&1 ||
        give_up "it does not build"
}

# The tests, each after what it needs is built: 0 when it passes.
unit() { # FLOOR/test_NOUN
    build "build/tests/unit/$1"
    timeout "$PATIENCE" "$work/build/tests/unit/$1" >"$work/log" 2>&1
}
faults() { # KIND [ARGUMENT...]
    build build/faults
    timeout "$PATIENCE" "$work/build/faults" --brief --only "$@" >"$work/log" 2>&1
}
e2e() { # NOUN EXPRESSION, as pytest -k has it
    build all
    (cd "$work" && BUILD=build timeout "$PATIENCE" /usr/bin/python3 -m pytest -q -x -p no:cacheprovider \
        "tests/e2e/test_$1.py" -k "$2") >"$work/log" 2>&1
}

# A test that fails by itself, or finds nothing to do, would notice anything.
must_be_sound() { # TEST [ARGUMENT...]
    case "$sound" in *" $* "*) return 0 ;; esac
    "$@" || give_up "$*: fails without a fault"
    ! grep -q " skipped" "$work/log" || give_up "$*: is skipped here; as root it runs"
    sound="$sound$* "
}

# NAME FILE SED-PROGRAM TEST [ARGUMENT...]: the program must change the file, the changed program must build, and the
# test must fail.
plant() {
    name=$1 file=$2 program=$3
    shift 3
    $only_look || must_be_sound "$@"
    planted=$((planted + 1))
    cp "$work/$file" "$work/kept"
    sed -i "$program" "$work/$file"
    if cmp -s "$work/kept" "$work/$file"; then
        echo "NOT PLANTED $name: nothing changed in $file; the fault is out of date"
        return
    fi
    if $only_look; then
        caught=$((caught + 1))
        cp "$work/kept" "$work/$file"
        return
    fi
    began=$(date +%s)
    if "$@"; then
        echo "NOT CAUGHT  $name ($*)"
    else
        caught=$((caught + 1))
        echo "caught      $name, by $* in $(($(date +%s) - began)) s"
    fi
    cp "$work/kept" "$work/$file"
    touch "$work/$file"
}

# The last word: fails unless all were caught.
count_caught() {
    if $only_look; then
        echo "$caught of $planted apply"
    else
        echo "$caught of $planted caught"
    fi
    [ "$caught" -eq "$planted" ]
}
