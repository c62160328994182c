#!/bin/sh
# Certificates that this host's own authority signs. Managed by deploytasks.
#   deploytasks-certificate issue HOME NAME DOMAIN...   HOME/self-signed/NAME.pem is for the domains, with its key
#   deploytasks-certificate renew HOME COMMAND...       what has less than 30 days left is issued anew, then COMMAND runs
# HOME/authority.pem and HOME/authority-key.pem are made once, for 20 years.
set -eu
umask 077

DAYS=90
MONTH_S=2592000

issue() {
    name=$2
    enter "$1"
    shift 2
    [ -e authority.pem ] || make_authority
    domains=$(printf ',DNS:%s' "$@")
    settings "$1" "${domains#,}"
    new_key > "$work/key.pem"
    openssl req -new -config "$work/settings" -key "$work/key.pem" -out "$work/request"
    openssl x509 -req -in "$work/request" -CA authority.pem -CAkey authority-key.pem -days "$DAYS" \
        -set_serial "0x$(openssl rand -hex 16)" -sha256 -extfile "$work/settings" -extensions site > "$work/pair.pem"
    cat "$work/key.pem" >> "$work/pair.pem"
    mkdir -p self-signed
    mv "$work/pair.pem" "self-signed/$name.pem"
}

renew() {
    home=$1
    shift
    renewed=
    for pair in "$home"/self-signed/*.pem; do
        [ -e "$pair" ] || continue
        openssl x509 -noout -checkend "$MONTH_S" -in "$pair" > /dev/null && continue
        domains=$(openssl x509 -noout -ext subjectAltName -in "$pair" | grep -o 'DNS:[^, ]*' | cut -d: -f2)
        [ -n "$domains" ] || continue
        # Blanks separate domains, and no domain has one.
        set -f
        ("$0" issue "$home" "$(basename "$pair" .pem)" $domains)
        set +f
        renewed=yes
    done
    [ -z "$renewed" ] || "$@"
}

# One at a time, for two apps may be deployed at once; what is half done lies in $work and goes.
enter() {
    mkdir -p -m 0755 "$1"
    cd "$1"
    exec 9> .lock
    flock 9
    work=$(mktemp -d .new.XXXXXX)
    trap 'rm -rf "$work"' EXIT
}

make_authority() {
    settings "deploytasks on $(uname -n)" DNS:unused
    new_key > "$work/authority-key.pem"
    openssl req -new -x509 -config "$work/settings" -extensions authority -key "$work/authority-key.pem" \
        -days 7300 -sha256 -out "$work/authority.pem"
    chmod 0644 "$work/authority.pem"
    mv "$work/authority-key.pem" .
    mv "$work/authority.pem" .
}

new_key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve 2> /dev/null
}

# The subject's name, and its alternative names. A common name has 64 characters at most (RFC 5280).
settings() {
    cat > "$work/settings" << END
[req]
prompt = no
distinguished_name = subject
[subject]
CN = $(printf '%.64s' "$1")
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[site]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $2
END
}

"$@"
