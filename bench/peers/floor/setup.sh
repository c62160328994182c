# The job as an idempotent shell script: setup.sh RELEASE <ARCHIVE, by bash, as root.
set -euo pipefail
release=$1
changes=0
restart=no
root=/srv/shop

changed() {
    changes=$((changes + 1))
    echo "changed: $*"
}

# put PATH: the file is what standard input says.
put() {
    local content
    content=$(cat; echo .)
    content=${content%.}
    if [ -f "$1" ] && [ "$(cat "$1"; echo .)" = "$content." ]; then
        return 1
    fi
    printf %s "$content" >"$1.new"
    mv "$1.new" "$1"
    changed "$1"
}

# link TARGET PATH: the link leads there; readers never miss it.
link() {
    [ "$(readlink "$2" || true)" = "$1" ] && return 1
    ln -sfn "$1" "$2.new"
    mv -T "$2.new" "$2"
    changed "$2"
}

status=$(dpkg-query -W -f '${db:Status-Abbrev}' python3-venv nginx ufw 2>/dev/null || true)
if [ "$status" != 'ii ii ii ' ]; then
    [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mmin -60 -print -quit)" ] || apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends python3-venv nginx ufw >/dev/null
    changed packages
fi

if ! getent passwd shop >/dev/null; then
    useradd --system --user-group --home-dir $root --shell /usr/sbin/nologin shop
    changed user
fi

if [ ! -d $root/releases ] || [ ! -d $root/shared ]; then
    install -d $root $root/releases $root/shared
    changed directories
fi

if [ ! -d "$root/releases/$release" ]; then
    rm -rf $root/releases/.new
    mkdir $root/releases/.new
    tar -xzf - -C $root/releases/.new --no-same-owner
    mv $root/releases/.new "$root/releases/$release"
    changed release
fi

if ! cmp -s "$root/releases/$release/requirements.txt" $root/shared/installed.txt; then
    [ -x $root/venv/bin/python ] || python3 -m venv $root/venv
    $root/venv/bin/pip install -q --disable-pip-version-check --root-user-action ignore \
        -r "$root/releases/$release/requirements.txt"
    cp "$root/releases/$release/requirements.txt" $root/shared/installed.txt
    changed dependencies
    restart=yes
fi

link "releases/$release" $root/current && restart=yes

put $root/shared/gunicorn.conf.py <<'END' && restart=yes
@GUNICORN@
END

put /etc/systemd/system/shop.service <<'END' && { systemctl daemon-reload; restart=yes; }
@SERVICE@
END

reload=no
put /etc/nginx/sites-available/shop <<'END' && reload=yes
@NGINX@
END
link ../sites-available/shop /etc/nginx/sites-enabled/shop && reload=yes
if [ -e /etc/nginx/sites-enabled/default ]; then
    rm /etc/nginx/sites-enabled/default
    changed 'default site'
    reload=yes
fi

if ! { grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf && grep -q -- '--dport 22 ' /etc/ufw/user.rules &&
    grep -q -- '--dport 80 ' /etc/ufw/user.rules; }; then
    ufw allow 22/tcp >/dev/null
    ufw allow 80/tcp >/dev/null
    ufw --force enable >/dev/null
    changed firewall
fi

if [ "$(systemctl is-enabled shop nginx 2>/dev/null | sort -u || true)" != enabled ]; then
    systemctl -q enable shop nginx
    changed 'start at boot'
fi
if [ $restart = yes ]; then
    systemctl restart shop
    changed restarted
fi
if [ $reload = yes ]; then
    systemctl reload-or-restart nginx
    changed reloaded
fi
[ "$(systemctl is-active shop nginx | sort -u)" = active ] || {
    systemctl start shop nginx
    changed started
}

bash -s "$release" <<'END'
@ANSWERS@
END
echo "changes: $changes"
