# What is done here, one line each. CI runs `.ci/run`, which is `check` and `test`.

# Lists the recipes.
_default:
    @just --list --unsorted

# Format, lints, documentation, and that the core builds without the shell.
check:
    .ci/run check

# Every test, as the README says.
test:
    cargo test

# Writes the expectations of the golden files anew; the diff is for reading.
golden:
    GOLDEN=write cargo test --test config
    GOLDEN=write cargo test --test deploy

# What an address, an exchange, a look-up and a WebSocket message cost.
bench *ARGS:
    cargo bench {{ARGS}}

# One law under fuzzing, until it breaks: `just fuzz cuts -max_total_time=600`. Needs nightly and cargo-fuzz.
fuzz TARGET *ARGS:
    mkdir -p fuzz/corpus/{{TARGET}}
    cargo +nightly fuzz run --sanitizer none {{TARGET}} fuzz/corpus/{{TARGET}} \
        tests/golden/redact tests/golden/config/good tests/bait/default tests/bait/protocols \
        -- -dict=fuzz/dictionary.txt {{ARGS}}

# Certificates for development under certs/, for tests only.
certs *HOSTS:
    cargo run -- certs {{HOSTS}}

# A chat page, a backend that shows what it receives, and the proxy between.
demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# What other proxies let through, beside cloakroom.
compare:
    tests/comparison/run

# 100,000 requests a run, with reloads and a SIGTERM in the middle; none may be lost.
load *REQUESTS:
    tests/load/run {{REQUESTS}}

# Memory of 10,000 idle WebSockets over TLS, each.
idle *COUNT:
    tests/load/idle {{COUNT}}

# Licences, advisories, sources, one TLS stack. Needs cargo-deny.
deny:
    cargo deny check
