"""Cases of the contract (test_contract.py) for what comes from elsewhere."""

from __future__ import annotations

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.fetched.archive import Archive
from deploytasks.agent.fetched.download import Download
from tests.agent.archives import tar

TOOL = b"#!/bin/sh\n"


def download(host):
    """The first address has something else."""
    address = host.serve_pages({"/tool": TOOL, "/other": b"another"})
    return Download(
        "/srv/tool", address + "/other", "sha256:" + digest_of(TOOL), "0755", mirrors=(address + "/tool",)
    )


def download_in_place_of_another(host):
    host.write("/srv/tool", "old\n", 0o600)
    return download(host)


def archive(host):
    host.path("/srv").mkdir(exist_ok=True)
    host.path("/srv/tool.tar.gz").write_bytes(tar({"tool-1/bin/tool": TOOL, "tool-1/README": b"read me\n"}))
    return Archive("/srv/tool.tar.gz", "/srv/tool", strip=1)


CASES = [(Archive, archive), (Download, download), (Download, download_in_place_of_another)]
"""As those of test_contract."""
