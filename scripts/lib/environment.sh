# Sourced by the scripts: finds Python, makes .venv from requirements.lock once per content of that file.
# Sets REPOSITORY and PYTHON.

REPOSITORY="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
PYTHON="$REPOSITORY/.venv/bin/python"
export PYTHONPATH="$REPOSITORY/plugins"

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in ${SUPPLIER_SLA_PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if "$candidate" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail "Python: expected 3.11, 3.12 or 3.13 on the PATH; found none; next: install one, or name it in SUPPLIER_SLA_PYTHON"
}

lock_hash() {
    "$1" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$REPOSITORY/requirements.lock"
}

ensure_environment() {
    local python stamp wanted
    python="$(find_python)" || exit 1
    stamp="$REPOSITORY/.venv/requirements.sha256"
    wanted="$(lock_hash "$python")"
    if [ -x "$PYTHON" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    echo "making the environment in .venv from requirements.lock (once; about 90 s after the packages are downloaded)"
    rm -rf "$REPOSITORY/.venv"
    "$python" -m venv "$REPOSITORY/.venv" ||
        fail "virtual environment: expected '$python -m venv' to work; next: install Python's venv module (Debian: python3-venv)"
    # Byte code is compiled while installing: without it every start takes twice as long.
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --compile-bytecode --no-deps --require-hashes \
            --python "$PYTHON" -r "$REPOSITORY/requirements.lock"
    else
        "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
            -r "$REPOSITORY/requirements.lock"
    fi || fail "packages: expected every package of requirements.lock; next: read the lines above, check the network, run again"
    printf '%s\n' "$wanted" >"$stamp"
}

# run MODULE HELP_MODULE ARGUMENTS...: --help is answered without the environment, which takes a while to make.
run() {
    local module="$1" help_module="$2" python
    shift 2
    case " $* " in
        *" --help "* | *" -h "*)
            python="$(find_python)" || exit 1
            exec "$python" -m "$help_module" "$@"
            ;;
    esac
    ensure_environment
    exec "$PYTHON" -m "$module" "$@"
}
