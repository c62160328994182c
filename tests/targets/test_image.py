"""An image is named by what goes into it."""

from __future__ import annotations

import tarfile

import pytest

from deploytasks.errors import ConfigError
from deploytasks.targets.authorities import extra_authorities
from deploytasks.targets.image import BuildContext, build_context_for

PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def test_any_change_of_the_context_changes_the_name():
    contexts = [BuildContext("debian12", {"Dockerfile": content}) for content in (b"a", b"b", b"a")]
    first, second, third = (context.image for context in contexts)
    assert first != second
    assert first == third
    assert first.startswith("deploytasks-target:debian12-")


def test_the_context_holds_the_files_for_root():
    archive = BuildContext("debian12", {"rootfs/etc/motd": b"hello"}).archive()
    with tarfile.open(fileobj=archive) as tar:
        (member,) = tar.getmembers()
        assert (member.name, member.uid, member.mtime) == ("rootfs/etc/motd", 0, 0)
        assert tar.extractfile(member).read() == b"hello"


def test_the_context_has_sshd_sudo_and_the_dockerfile():
    files = build_context_for("debian13").files
    assert {
        "Dockerfile",
        "rootfs/etc/ssh/sshd_config.d/target.conf",
        "rootfs/etc/sudoers.d/deploy",
        "rootfs/etc/systemd/system/ssh.service.d/host-keys.conf",
    } <= set(files)


def test_an_unknown_image_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="expected one of debian11, debian12, debian13"):
        build_context_for("debian10")


def test_authorities_of_the_bundles_come_once_each(monkeypatch, tmp_path):
    one, both = tmp_path / "one.pem", tmp_path / "both.pem"
    one.write_text(PEM.format("QQ=="))
    both.write_text("# a comment\n" + PEM.format("QQ==") + PEM.format("Qg=="))
    monkeypatch.setenv("PIP_CERT", str(one))
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "absent.pem"))
    assert extra_authorities() == [PEM.format(body).strip().encode() for body in ("QQ==", "Qg==")]


def test_authorities_go_into_the_system_trust_store_of_the_image(monkeypatch, tmp_path):
    without = build_context_for("debian12")
    bundle = tmp_path / "corporate.pem"
    bundle.write_text(PEM.format("QQ=="))
    monkeypatch.setenv("PIP_CERT", str(bundle))
    with_authority = build_context_for("debian12")
    (added,) = set(with_authority.files) - set(without.files)
    assert added.startswith("rootfs/usr/local/share/ca-certificates/controller-")
    assert with_authority.image != without.image
