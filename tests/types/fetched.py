"""Cases of what comes from elsewhere; the server and the archives are the host's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from deploytasks.resources import Archive, Download
from tests.types.case import PLACE, SEEN, Case, path_of

WEB = f"{PLACE}/web"
URL = "http://127.0.0.1:8099"
SERVED = f"""
mkdir -p {WEB}; printf 'hello\\n' > {WEB}/hello
systemctl is-active -q types-web || systemd-run -q -u types-web -p WorkingDirectory={WEB} python3 -m http.server 8099
until python3 -c 'import urllib.request as web; web.urlopen("{URL}/hello")' 2>/dev/null; do sleep .1; done
"""
HELLO = "sha256:" + hashlib.sha256(b"hello\n").hexdigest()
PACKED = f"""
mkdir -p {PLACE}/pack/tool-1/bin
cd {PLACE}/pack
printf '#!/bin/sh\\n' > tool-1/bin/tool; chmod 755 tool-1 tool-1/bin tool-1/bin/tool
printf 'read me\\n' > tool-1/README; chmod 644 tool-1/README; ln -sfn bin/tool tool-1/run
tar -cf tool.tar tool-1; tar -czf tool.tgz tool-1
cd /
"""
SERVED_ELSE = "a server that gives something else is told, and the mirrors are asked; Ansible has none"


def download(name: str, before: str, differs: str = "", **args: Any) -> Case:
    path = path_of(f"Download {name}")
    rights = {"mode": "0644", "owner": "root", "group": "root", **args}
    both = {"url": f"{URL}/hello", "checksum": HELLO, **rights}
    theirs = {"dest": path, **{key: value for key, value in both.items() if key != "mirrors"}}
    start = SERVED + before.replace("PATH", path)
    asked = SEEN.format(path=path)
    return Case(name, Download(path, **both), "ansible.builtin.get_url", theirs, start, asked, differs)


def archive(name: str, file: str, before: str = "", differs: str = "", strip: int = 0, **args: Any) -> Case:
    """Ansible wants the directory to be there."""
    dest = path_of(f"Archive {name}")
    src = f"{PLACE}/pack/{file}"
    ours = Archive(src, dest, strip=strip, **args)
    rights = {"owner": "root", "group": "root", **args}
    theirs: dict[str, Any] = {"src": src, "dest": dest, "remote_src": True, **rights}
    if strip:
        theirs["extra_opts"] = [f"--strip-components={strip}"]
    start = f"{PACKED}mkdir -m 755 {dest}\n{before.replace('DEST', dest)}"
    asked = SEEN.format(path=f"{dest} ! -name .deploytasks-archive")
    return Case(name, ours, "ansible.builtin.unarchive", theirs, start, asked, differs)


def cases() -> Iterator[Case]:
    """All of them."""
    yield download("new", "")
    yield download("another content", "echo old > PATH")
    yield download("as wanted", "printf 'hello\\n' > PATH")
    yield download("another mode", "printf 'hello\\n' > PATH", mode="0755")
    yield download("another owner", "printf 'hello\\n' > PATH", owner="daemon", group="mail")
    yield download("of a mirror", "", SERVED_ELSE, url=f"{URL}/none", mirrors=(f"{URL}/hello",))
    yield archive("tar", "tool.tar")
    yield archive("tar with gzip", "tool.tgz")
    yield archive("the first name left out", "tool.tgz", strip=1)
    yield archive("an owner", "tool.tgz", owner="daemon", group="mail", strip=1)
    yield archive("what it creates is there", "tool.tar", creates="/etc/hosts")
    yield archive(
        "something is there",
        "tool.tar",
        "touch DEST/data",
        "what is there is not of the archive, and is not mixed with it",
    )
