# Sourced by ./tw, ./check and requirements/lock from the checkout's root: keeps .venv equal to the lock files.
#
# `ensure_environment runtime` is enough for a review, `server` for the audit trail too, `dev` to check the code. When
# nothing changed this is one checksum and no network; an environment that has more than is asked for keeps it.

stamp=.venv/trustwright-stamp
quiet=--quiet
[ ! -t 2 ] || quiet= # somebody is watching: show the progress of the downloads

say() { printf '%s\n' "$*" >&2; }

find_python() {
    # A name on PATH may be a shim that runs nothing, so each candidate is run.
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "Trustwright needs Python 3.11 or newer, and none is on PATH: install one, then run this again."
    exit 2
}

follow_pip_index() {
    # uv does not read pip's configuration: on a machine whose index is set for pip alone, hand it on.
    from_pip() { .venv/bin/python -m pip config list 2>/dev/null | sed -n "s/^[^.]*\.$1='\(.*\)'\$/\1/p" | tail -n 1; }
    index=${PIP_INDEX_URL:-$(from_pip index-url)}
    more=${PIP_EXTRA_INDEX_URL:-$(from_pip extra-index-url)}
    links=${PIP_FIND_LINKS:-$(from_pip find-links)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
    [ -z "$more" ] || export UV_INDEX="${UV_INDEX:-$more}"
    [ -z "$links" ] || export UV_FIND_LINKS="${UV_FIND_LINKS:-$links}"
    # Any index may serve a file: the lock files' hashes decide whether it is the right one.
    export UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"
}

create_environment() {
    python=$(find_python)
    say "Trustwright: first use, making .venv (this happens once)."
    if command -v uv >/dev/null 2>&1; then
        uv venv $quiet --clear --python "$python" .venv
        installer=uv
    else
        "$python" -m venv --clear .venv
        say "Trustwright: installing uv."
        .venv/bin/python -m pip --disable-pip-version-check install $quiet --require-hashes -r requirements/build.txt
        installer=.venv/bin/uv
        follow_pip_index
    fi
}

fill_environment() {
    say "Trustwright: installing the $1 packages from the lock files."
    VIRTUAL_ENV=$PWD/.venv
    export VIRTUAL_ENV
    # Compiled once here, so that no start of the command pays for it.
    "$installer" pip sync $quiet --compile-bytecode --require-hashes requirements/build.txt "requirements/$1.txt"
    "$installer" pip install --quiet --no-deps --no-build-isolation --editable .
}

ensure_environment() {
    locks=$(cat requirements/build.txt requirements/runtime.txt requirements/server.txt requirements/dev.txt | cksum)
    now="$PWD $locks"
    had=$(cat "$stamp" 2>/dev/null || :)
    case "$1:$had" in
        *:"dev $now" | "$1:$1 $now" | runtime:"server $now") return ;;
        *:"dev "*) level=dev ;;
        runtime:"server "*) level=server ;;
        *) level=$1 ;;
    esac
    case "$had" in
        *" $PWD "*) installer=.venv/bin/uv ;;
        *) create_environment ;;
    esac
    rm -f "$stamp"
    fill_environment "$level"
    printf '%s' "$level $now" >"$stamp"
}
