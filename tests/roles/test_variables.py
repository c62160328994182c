"""A wrong variable is told by its name, its value and what was expected, before any host is contacted."""

from __future__ import annotations

import pytest

from deploytasks.errors import VariableError
from tests.roles.rendered import DEFAULT, rendered

WRONG = {
    "an unknown variable has a nearest name": (
        {"nginx_sever_name": "example.org"},
        'unknown variable nginx_sever_name; did you mean "nginx_server_name"?',
    ),
    "a managed setting says who manages it": (
        {"gunicorn_bind": "0.0.0.0:80"},
        "gunicorn_bind is managed by deploytasks: the instance gets its socket from systemd",
    ),
    "a number is a number": ({"gunicorn_workers": "many"}, "gunicorn_workers: 'many': expected "),
    "a number has a range": (
        {"nginx_listen": 70000},
        "nginx_listen: 70000: expected a whole number <= 65535",
    ),
    "a server is one of those there are": ({"app_server": "tomcat"}, "app_server: 'tomcat': "),
    "a list is a list": ({"ufw_allow": 80}, "ufw_allow: 80: expected "),
    "an app has a plain name": ({"app_name": "My App"}, "app_name: 'My App': "),
    "an app is no system service": (
        {"app_name": "nginx"},
        "name: 'nginx' is the name of a system account or service; choose another",
    ),
    "an app does not run as root": (
        {"app_user": "root"},
        "user: 'root' is no user to run an app; leave app_user out",
    ),
    "a health status is a range": (
        {"app_health_status": "fine"},
        "health_status: 'fine'; expected such as 200-399 or 200,204",
    ),
    "the loader's variables are not the app's": (
        {"app_env": {"LD_PRELOAD": "x"}},
        "env: 'LD_PRELOAD' cannot be set; expected a name such as DATABASE_URL",
    ),
    "what is shared is inside the source": (
        {"app_shared": ["../uploads"]},
        "shared: '../uploads'; expected a path inside the app's source, such as uploads",
    ),
    "what is shared is in nothing that is shared": (
        {"app_shared": ["static/uploads/", "static/"]},
        "shared: 'static/uploads/' is in 'static/' already; leave it out",
    ),
    "web is no other process": (
        {"app_processes": {"web": "gunicorn app:app"}},
        "processes: web is what app_server starts; set app_server and its variables",
    ),
    "a process has a plain name": ({"app_processes": {"my worker": "x"}}, "app_processes: "),
    "a command is one line": ({"app_processes": {"worker": "a\nb"}}, "app_processes: "),
    "a process says nothing unknown": (
        {"app_processes": {"worker": {"command": "x", "comand": "y"}}},
        "unknown field `comand`",
    ),
    "a process is nowhere": (
        {"app_processes": {"worker": {"count": 2}}},
        "app_processes: worker has no command, and is not in the Procfile; there is no other",
    ),
    "a beat is one": (
        {"app_processes": {"beat": {"command": "x", "count": 2}}},
        "processes: a second beat would do everything twice; leave count out",
    ),
    "the release command is run once": (
        {"app_processes": {"release": {"command": "x", "count": 2}}},
        "processes: release runs once each time; leave count out",
    ),
    "the release command has its time": (
        {"app_processes": {"release": {"command": "x", "schedule": "daily"}}},
        "processes: release runs when a release is deployed; leave schedule out",
    ),
    "a process leaves the programs of its container alone": (
        {"app_processes": {"container": "x"}},
        "app_processes: container is a program of deploytasks' own in each release; give the process another name",
    ),
    "an environment in the home of nobody": (
        {"app_env_file": "~nobody-here/env"},
        "app_env_file: ~nobody-here/env: No such file or directory",
    ),
    "authorities in the home of nobody": (
        {"pip_ca_bundle": "~nobody-here/ca.pem"},
        "pip_ca_bundle: ~nobody-here/ca.pem: No such file or directory",
    ),
    "a schedule is a calendar event": (
        {"app_processes": {"tidy": {"command": "x", "schedule": "0 3 * * *"}}},
        "tidy: schedule '0 3 * * *'; expected a calendar event of systemd.time(7), such as daily",
    ),
    "more connections than select(2) takes want poll(2)": (
        {"app_server": "waitress", "waitress_connection_limit": 5000},
        "connection_limit: 5000 connections are more than select(2) takes; set waitress_asyncore_use_poll=true too",
    ),
    "a Server header is one line": (
        {"app_server": "waitress", "waitress_ident": "shop\r\nX-Admin: yes"},
        "waitress_ident: 'shop\\r\\nX-Admin: yes': ",
    ),
    "sockets are always gevent's": (
        {"app_server": "gevent", "gevent_patch_all": {"socket": False}},
        "gevent_patch_all: {'socket': False}: ",
    ),
    "cheroot has a thread at least": (
        {"app_server": "cheroot", "cheroot_numthreads": 0},
        "cheroot_numthreads: 0: expected a whole number >= 1",
    ),
    "a pool's least is no more than its most": (
        {"app_server": "twisted", "twisted_minthreads": 30},
        "minthreads: 30 is more than twisted_maxthreads=20",
    ),
    "a restriction has a word": (
        {"systemd_allow": ["everything"]},
        "systemd_allow: ",
    ),
    "what is allowed is not denied": (
        {"systemd_allow": ["jit"], "systemd_deny": ["proc", "jit"]},
        "allow: 'jit' is denied by systemd_deny; take it out of one of the two",
    ),
    "what is not seen is not written": (
        {"systemd_read_write_paths": ["/mnt/data", "/home/ann/data"]},
        "read_write_paths: '/home/ann/data' is not seen without systemd_allow=[\"home\"]",
    ),
    "a path that is written is one": (
        {"systemd_read_write_paths": ["/mnt/my data"]},
        "systemd_read_write_paths: ",
    ),
    "a device lies in /dev": ({"systemd_devices": ["ttyUSB0"]}, "systemd_devices: "),
    "a group has a plain name": ({"app_groups": ["dial out"]}, "app_groups: "),
    "a removed worker class names its successor": (
        {"gunicorn_worker_class": "gaiohttp"},
        "worker_class: 'gaiohttp' is no longer in gunicorn; use gthread",
    ),
    "a hook is a function of a module": (
        {"gunicorn_post_fork": "shop.hooks"},
        "gunicorn_post_fork: 'shop.hooks': expected ",
    ),
    "a header field is one line": (
        {"app_server": "uvicorn", "uvicorn_header": ["X-Served-By: web1\nX-Other: 1"]},
        "uvicorn_header: ['X-Served-By: web1\\nX-Other: 1']: expected ",
    ),
    "a worker that ends has to be replaced by another": (
        {"app_server": "uvicorn", "uvicorn_workers": 1, "uvicorn_limit_max_requests": 1000},
        "limit_max_requests: a single worker is not replaced when it ends; set uvicorn_workers to 2 or more",
    ),
    "a web server's concern is not the server's": (
        {"app_server": "uvicorn", "uvicorn_ssl_keyfile": "key.pem"},
        "uvicorn_ssl_keyfile is managed by deploytasks: TLS ends at the web server",
    ),
    "a log of hypercorn is the journal": (
        {"app_server": "hypercorn", "hypercorn_accesslog": "/var/log/hello/access.log"},
        "hypercorn_accesslog: '/var/log/hello/access.log': expected -",
    ),
    "a log file is in the app's own directory": (
        {"gunicorn_accesslog": "/tmp/access.log"},
        "gunicorn_accesslog: '/tmp/access.log'; expected - (the journal) or a file in /var/log/hello",
    ),
    "a server name is a host name": (
        {"nginx_server_name": "https://example.org"},
        "server_name: 'https://example.org' is not a host name; expected such as example.org or *.example.org",
    ),
    "a while has a unit": ({"app_keep_static": "2"}, "app_keep_static: '2': expected such as 1d or off"),
    "a mount is a path": ({"app_mount": "shop"}, "app_mount: 'shop': expected such as /shop"),
    "a guest has a place": (
        {"app_site": "shop"},
        "site: where on the site of shop? set app_mount, such as /hello",
    ),
    "a guest is at another's": (
        {"app_site": "hello", "app_mount": "/hello"},
        "site: hello has a site of its own when app_site is left out",
    ),
    "a guest has a web server": (
        {"app_site": "shop", "app_mount": "/hello", "app_web_server": "none"},
        "site: app_web_server=none has no sites; choose the web server of that site",
    ),
    "a guest says nothing of a site": (
        {"app_site": "shop", "app_mount": "/hello", "nginx_basic_auth": {"ann": "secret"}},
        "nginx_basic_auth: the site is that of shop (app_site); set it for shop",
    ),
    "an app is mounted once": (
        {"app_server": "uwsgi", "app_mount": "/hello", "uwsgi_mount": {"/shop": "app:app"}},
        "uwsgi_mount: app_mount says where the app is; leave one out",
    ),
    "a front end below a path names its parts": (
        {"app_mount": "/hello", "app_static": {"/": "static"}},
        "app_static: a directory at / cannot be served below app_mount; name its parts, such as /assets",
    ),
    "a worker class that is not called is told nothing": (
        {"app_mount": "/hello", "gunicorn_worker_class": "tornado"},
        "app_mount: with gunicorn_worker_class=tornado, or with gunicorn_forwarded_allow_ips, gunicorn calls the app",
    ),
    "another name is a host name": (
        {"nginx_server_name": "example.org", "nginx_redirect_names": "www.example.org/"},
        "redirect_names: 'www.example.org/' is not a host name; expected such as example.org or *.example.org",
    ),
    "other names lead to a name": (
        {"nginx_redirect_names": ["www.example.org"]},
        "redirect_names: lead to the first domain of server_name, which has none",
    ),
    "a name is served or leads elsewhere": (
        {"nginx_server_name": "example.org", "nginx_redirect_names": "example.org"},
        "redirect_names: server_name has 'example.org', too; it can be in one of them",
    ),
    "a server name with an umlaut has an IDNA form": (
        {"nginx_server_name": "bücher.example"},
        "server_name: 'bücher.example'; use its IDNA form xn--bcher-kva.example",
    ),
    "buffers have room for a header": (
        {"nginx_proxy_buffers": "4 8k", "nginx_proxy_buffer_size": "32k"},
        "proxy_buffers: all but one hold 24576 bytes; expected room for a header (nginx_proxy_buffer_size) and for a "
        "buffer, 32768 bytes",
    ),
    "one buffer is none too many": (
        {"nginx_proxy_buffers": "1 64k"},
        "proxy_buffers: all but one hold 0 bytes; ",
    ),
    "a file holds what a buffer does": (
        {"nginx_temp_file_size": "8k"},
        "temp_file_size: 8192 bytes; expected 0, or as much as the largest buffer, 16384",
    ),
    "a size is a size of nginx": (
        {"nginx_client_max_body_size": "10 MB"},
        "nginx_client_max_body_size: '10 MB': ",
    ),
    "a size is a size of Caddy": (
        {"app_web_server": "caddy", "caddy_request_body_max_size": "10m"},
        "caddy_request_body_max_size: '10m': ",
    ),
    "a header's value ends where it ends": (
        {"app_web_server": "caddy", "caddy_headers": {"X-Colour": "{env.HOME}"}},
        "headers: X-Colour: '{env.HOME}'; expected ASCII text without \", \\, { and }",
    ),
    "a proxy has an address": (
        {"app_web_server": "caddy", "caddy_trusted_proxies": ["proxy.example.org"]},
        "trusted_proxies: 'proxy.example.org'; expected an address, a range such as 10.0.0.0/8, the word cloudflare",
    ),
    "a web server has trusted proxies of its own": (
        {"app_trusted_proxies": ["10.0.0.0/8"]},
        "trusted_proxies: is for app_web_server=none; set nginx_trusted_proxies",
    ),
    "PROXY is spoken by somebody": (
        {"nginx_proxy_protocol": True},
        "proxy_protocol: from whom? set nginx_trusted_proxies to the addresses that speak it",
    ),
    "a certificate is for names": (
        {"app_web_server": "caddy", "caddy_tls": "acme"},
        "tls: a certificate is for names; set caddy_server_name",
    ),
    "ACME settings want ACME": (
        {"app_web_server": "caddy", "caddy_acme_email": "ops@example.org"},
        "tls: 'off' takes no caddy_acme_*; set it to acme",
    ),
    "mod_wsgi is built for one Python": (
        {"app_server": "mod_wsgi", "app_python": "3.12"},
        "app_python=3.12: Debian's mod_wsgi is built for the distribution's Python 3.11 and no other; "
        "leave app_python out, or set mod_wsgi_module=pip",
    ),
    "mod_wsgi wants a socket handed to it": (
        {"app_server": "mod_wsgi", "app_runtime": "docker"},
        "app_server=mod_wsgi takes its connections from a socket that is handed to it, "
        "and app_runtime=docker hands none; choose another of the two",
    ),
    "mod_wsgi wants the loopback": (
        {"app_server": "mod_wsgi", "app_network": "none"},
        "app_network=none leaves unix sockets only, and Apache listens on TCP ports only",
    ),
    "an option of mod_wsgi that the unit forbids": (
        {"app_server": "mod_wsgi", "mod_wsgi_memory_limit": 1},
        "mod_wsgi_memory_limit is managed by deploytasks: the unit does not let it; use systemd_memory_max",
    ),
    "a locale ends no line": (
        {"app_server": "mod_wsgi", "mod_wsgi_lang": "C.UTF-8 user=root"},
        "mod_wsgi_lang: 'C.UTF-8 user=root': ",
    ),
    "a server name of Apache is a host name": (
        {"app_web_server": "apache", "apache_server_name": "example.org\nInclude /etc/passwd"},
        "server_name: 'Include' is not a host name; expected such as example.org or *.example.org",
    ),
    "a header of Apache has plain text": (
        {"app_web_server": "apache", "apache_headers": {"X-Frame-Options": "${PATH}"}},
        "headers: X-Frame-Options: '${PATH}'; expected ASCII text",
    ),
    "a header of Apache has a name": (
        {"app_web_server": "apache", "apache_headers": {"X Frame": "DENY"}},
        "headers: 'X Frame' is not the name of a header; expected such as X-Frame-Options",
    ),
    "a certificate of Apache is for names": (
        {"app_web_server": "apache", "apache_tls": "self-signed"},
        "tls: a certificate is for names; set apache_server_name",
    ),
    "Apache's TLS has a port of its own": (
        {
            "app_web_server": "apache",
            "apache_server_name": "example.org",
            "apache_tls": "self-signed",
            "apache_listen": 443,
        },
        "tls_listen: 443 is apache_listen already; TLS wants a port of its own",
    ),
    "Apache's certificate in files is a file": (
        {"app_web_server": "apache", "apache_server_name": "example.org", "apache_tls": "files"},
        "tls_certificate: is missing; with apache_tls=files it is a PEM file on this machine",
    ),
    "Apache's hsts wants TLS": (
        {"app_web_server": "apache", "apache_hsts": "max-age=1"},
        "hsts: wants TLS; set apache_tls to self-signed or files",
    ),
    "a pace is a pace of Apache": (
        {"app_web_server": "apache", "apache_request_read_timeout": "header=20\nInclude /etc/passwd"},
        "apache_request_read_timeout: 'header=20\\nInclude /etc/passwd': ",
    ),
    "a media type is one word": (
        {"app_web_server": "apache", "apache_deflate_types": ["text/css\n"]},
        "apache_deflate_types: ['text/css\\n']: ",
    ),
    "a static directory ends no word": (
        {"app_static": {"/static": 'static" "/etc'}},
        "expected a URL and a directory or a file of the source",
    ),
    "a static directory is inside the source": (
        {"app_static": {"/static": "../../env"}},
        "expected a URL and a directory or a file of the source",
    ),
    "TLS is for names": (
        {"nginx_tls": "self-signed"},
        "tls: a certificate is for names; set nginx_server_name",
    ),
    "TLS has a port of its own": (
        {"nginx_server_name": "example.org", "nginx_tls": "self-signed", "nginx_tls_listen": 80},
        "tls_listen: 80 is nginx_listen already",
    ),
    "TLS is one of the ways there are": ({"nginx_tls": "on"}, "nginx_tls: 'on': expected off or self-signed"),
    "ACME proves no wildcard": (
        {"nginx_server_name": "*.example.org", "nginx_tls": "acme"},
        "tls: acme proves names over HTTP, which cannot be done for *.example.org",
    ),
    "an ACME directory is asked over HTTPS": (
        {
            "nginx_server_name": "example.org",
            "nginx_tls": "acme",
            "nginx_acme_directory": "http://acme.test/dir",
        },
        "nginx_acme_directory: 'http://acme.test/dir': ",
    ),
    "a mail address is one word": (
        {"nginx_acme_email": "a@b.org --agree"},
        "nginx_acme_email: 'a@b.org --agree': ",
    ),
    "authorities are in a file": (
        {"nginx_server_name": "example.org", "nginx_tls": "acme", "nginx_acme_ca_bundle": "/nowhere.pem"},
        "acme_ca_bundle: /nowhere.pem: No such file or directory",
    ),
    "HSTS wants TLS": ({"nginx_hsts": "max-age=63072000"}, "hsts: wants TLS; set nginx_tls to"),
    "HSTS is one header": ({"nginx_hsts": 'max-age=1"; root /'}, "nginx_hsts: "),
    "a certificate that is not asked for": (
        {"nginx_tls_certificate": "site.pem"},
        "tls: 'off' takes no nginx_tls_certificate; set it to files",
    ),
    "a backend is an address": (
        {"nginx_backends": ["shop2.example.org:8000"]},
        "backends: 'shop2.example.org:8000'; expected an address and a port, such as 10.0.0.2:8000",
    ),
    "backends speak HTTP": (
        {"nginx_backends": ["10.0.0.2:8000"], "app_server": "uwsgi"},
        "nginx_backends are asked over HTTP, and this host's own instance speaks uwsgi",
    ),
    "a backend has a port": ({"nginx_backends": ["10.0.0.2"]}, "backends: '10.0.0.2'; expected "),
    "an IPv6 backend has brackets": (
        {"nginx_backends": ["fd00::2:8000"]},
        "backends: 'fd00::2:8000'; expected ",
    ),
    "a rate is nginx's": ({"nginx_rate_limit": "10 per second"}, "nginx_rate_limit: '10 per second': "),
    "a media type is a media type": ({"nginx_gzip_types": ["text/css; root /"]}, "nginx_gzip_types: "),
    "a header has a name": (
        {"nginx_headers": {"X Frame": "DENY"}},
        "headers: 'X Frame' is not the name of a header",
    ),
    "a header's value stays in its quotes": (
        {"nginx_headers": {"X-Frame-Options": 'DENY"; root "/'}},
        'headers: X-Frame-Options: \'DENY"; root "/\'; expected ASCII text without ", $ and \\',
    ),
    "a header's value is no variable": (
        {"nginx_headers": {"X-A": "$remote_addr"}},
        "headers: X-A: '$remote_addr'; ",
    ),
    "a snippet stays in the site": (
        {"nginx_snippet": "allow all;\n}\nserver {\n"},
        "snippet: line 2: '}' cannot stand here; expected whole directives of nginx",
    ),
    "a snippet is whole": ({"nginx_snippet": "location /a {\n    deny all;\n"}, "snippet: "),
    "a snippet's last directive ends": ({"nginx_snippet": "deny all"}, "snippet: 'deny all' has no end"),
    "a snippet's quotes are closed": (
        {"nginx_snippet": 'return 200 "a;'},
        "snippet: line 1: '\"a;' cannot stand here",
    ),
    "quotes in a word hide no end": (
        {"nginx_snippet": 'a b"; } server { x "y; '},
        "snippet: line 1: '} server",
    ),
    "a version is text": (
        {"app_python": 3.10},
        "app_python: 3.1 was read as a number; quote it twice in an inventory: \"'3.10'\"",
    ),
    "an unknown option of uWSGI has a nearest name": (
        {"app_server": "uwsgi", "uwsgi_reload_on_rs": 200},
        'unknown variable uwsgi_reload_on_rs; did you mean "uwsgi_reload_on_rss"?',
    ),
    "an option that the role makes says why": (
        {"app_server": "uwsgi", "uwsgi_http_socket": ":8080"},
        "uwsgi_http_socket is managed by deploytasks: the instance gets its socket from its runtime",
    ),
    "a number of uWSGI's is a number": (
        {"app_server": "uwsgi", "uwsgi_cheaper": "two"},
        "uwsgi_cheaper: 'two': expected ",
    ),
    "an option stays on its line": (
        {"app_server": "uwsgi", "uwsgi_add_header": ["X: y\nsocket = :8080"]},
        "add_header: 'X: y\\nsocket = :8080'; expected text on one line",
    ),
    "a service of Compose is a mapping": (
        {"app_runtime": "compose", "compose_services": {"db": "postgres:16"}},
        "compose_services: ",
    ),
    "a compose file is in the source": (
        {"app_runtime": "compose", "compose_file": "deploy/compose.yaml"},
        "compose_file: there is no deploy/compose.yaml in the app's source",
    ),
    "an app without a network reaches no service": (
        {"app_runtime": "compose", "app_network": "none", "compose_services": {"db": {"image": "x"}}},
        "app_network: none leaves web without the network of its services; leave it out",
    ),
    "a port is for an image of one's own": (
        {"app_runtime": "compose", "docker_port": 8000},
        "docker_port: 8000 is for an image of your own Dockerfile; without one leave it out",
    ),
    "a number of processes has one name": (
        {"app_server": "uwsgi", "uwsgi_workers": 2, "uwsgi_processes": 2},
        "workers: is another name of processes; set one of the two",
    ),
    "a mounted app is a callable": (
        {"app_server": "uwsgi", "uwsgi_mount": {"/shop": "shop.py"}},
        "mount: '/shop': 'shop.py'; expected such as /shop: shop:create_app()",
    ),
    "statistics of two instances need a path": (
        {"app_server": "uwsgi", "uwsgi_stats": "127.0.0.1:9191"},
        "uwsgi_stats: '127.0.0.1:9191'; expected a unix socket in /srv/hello/shared",
    ),
    "uWSGI logs into the app's own directory": (
        {"app_server": "uwsgi", "uwsgi_logto": "/tmp/uwsgi.log"},
        "uwsgi_logto: '/tmp/uwsgi.log'; expected a file in /var/log/hello",
    ),
    "Debian's uWSGI has Debian's Python": (
        {"app_server": "uwsgi", "uwsgi_from": "debian", "app_python": "python3.12"},
        "uwsgi_from=debian is for the host's own Python 3.11, not app_python=python3.12",
    ),
    "a router is for HTTP": (
        {"app_server": "uwsgi", "uwsgi_http_router": True},
        "uwsgi_http_router: app_web_server=nginx speaks uwsgi, which needs no router",
    ),
}


@pytest.mark.parametrize(("variables", "message"), WRONG.values(), ids=WRONG)
def test_wrong(variables, message):
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, **variables})
    assert message in str(error.value)


def test_a_message_begins_with_the_file_that_the_value_stands_in():
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, "nginx_listen": "http"})
    assert str(error.value).partition(": ")[0].endswith("group_vars/all.json:1")


def test_a_missing_name_is_asked_for():
    with pytest.raises(VariableError, match="^prod1: app_name is missing; set it in the inventory"):
        rendered({})


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, "nginx_listen": "http", "ufw_colour": "green", "gunicorn_workers": 0})
    assert len(str(error.value).splitlines()) == 3
