"""A certificate that would not serve is refused before any host is contacted, by name and with its cause."""

from __future__ import annotations

import pytest

from deploytasks.errors import VariableError
from tests.certificates import DAY, Authority, key_pem, new_key, written
from tests.roles.rendered import DEFAULT, plan_with, rendered

NAMES = ["shop.example.org", "*.shop.example.org"]


@pytest.fixture(scope="module")
def authority():
    return Authority()


def brought(chain, key, server_name="shop.example.org www.shop.example.org"):
    """The variables of a host with that certificate."""
    files = {"nginx_tls_certificate": str(chain), "nginx_tls_certificate_key": str(key)}
    return {**DEFAULT, "nginx_server_name": server_name, "nginx_tls": "files", **files}


def complaint(variables) -> str:
    with pytest.raises(VariableError) as error:
        rendered(variables)
    return str(error.value)


def test_a_good_pair_is_one_file_that_only_root_reads(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    (step,) = [step for step in plan_with(brought(chain, key)).steps if step.name == "bring the certificate"]
    assert (step.sensitive, step.resource.mode) == (True, "0600")
    texts = rendered(brought(chain, key))
    assert texts[step.resource.path].encode() == chain.read_bytes() + key.read_bytes()
    assert f"ssl_certificate_key {step.resource.path};" in texts["/etc/nginx/sites-available/hello"]


def test_the_key_is_not_in_the_plan_and_is_not_kept_in_the_release(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    plan = plan_with(brought(chain, key))
    secret = key.read_text().splitlines()[1]
    assert secret not in plan.encode()
    assert not [step.name for step in plan.steps if step.name.startswith("keep what nginx needs")]


def test_what_stands_around_the_pem_blocks_is_left_behind(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    written(chain, b"Bag Attributes\n" + chain.read_bytes() + key.read_bytes())
    text = rendered(brought(chain, key))["/etc/ssl/deploytasks/files/hello.pem"]
    assert (text.count("BEGIN PRIVATE KEY"), text.count("BEGIN CERTIFICATE"), "Bag" in text) == (1, 2, False)


@pytest.mark.bad_input(64)
def test_a_key_of_another_certificate(authority, tmp_path):
    chain, _ = authority.pair(tmp_path / "one", NAMES)
    _, key = authority.pair(tmp_path / "two", NAMES)
    assert f"tls_certificate_key: {key} is not the key of {chain}" in complaint(brought(chain, key))


def test_a_chain_that_begins_with_the_authority(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    written(chain, authority.pem + chain.read_bytes())
    assert f"the certificate of {key} stands at place 2; put it first" in complaint(brought(chain, key))


@pytest.mark.bad_input(64)
def test_an_expired_certificate(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES, days=1, begins=-2 * DAY)
    assert "tls_certificate: " in complaint(brought(chain, key))
    assert "CN=deploytasks test site expired on 20" in complaint(brought(chain, key))


def test_a_certificate_of_tomorrow(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES, begins=DAY)
    assert "is not valid before 20" in complaint(brought(chain, key))


@pytest.mark.bad_input(64)
def test_a_certificate_for_other_names(authority, tmp_path):
    chain, key = authority.pair(tmp_path, ["example.org"])
    told = f"{chain} is for example.org, not for shop.example.org, www.shop.example.org"
    assert told in complaint(brought(chain, key))


def test_a_wildcard_stands_for_one_label(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    assert "not for a.b.shop.example.org" in complaint(brought(chain, key, "a.b.shop.example.org"))
    assert rendered(brought(chain, key, "*.shop.example.org"))


def test_a_certificate_without_names(authority, tmp_path):
    chain, key = authority.pair(tmp_path, [])
    assert f"{chain} is for no host" in complaint(brought(chain, key))


@pytest.mark.bad_input(64)
def test_an_encrypted_key(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    written(key, key_pem(new_key(), "secret"))
    assert f"{key} is encrypted" in complaint(brought(chain, key))


def test_a_key_that_others_may_read(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    key.chmod(0o644)
    assert complaint(brought(chain, key)).endswith(f"is readable by others (mode 0644); chmod 600 {key}")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"]
)
def test_files_that_are_no_pem(authority, tmp_path, content):
    chain, key = authority.pair(tmp_path, NAMES)
    assert "holds no private key in PEM form" in complaint(brought(chain, written(tmp_path / "x", content)))
    assert "holds no certificate in PEM form" in complaint(brought(written(tmp_path / "y", content), key))


@pytest.mark.bad_input(64)
def test_a_missing_file(authority, tmp_path):
    chain, _ = authority.pair(tmp_path, NAMES)
    told = complaint(brought(chain, tmp_path / "nowhere.pem"))
    assert told.endswith(f"tls_certificate_key: {tmp_path}/nowhere.pem: No such file or directory")


def test_a_file_in_the_home_of_nobody(authority, tmp_path):
    chain, key = authority.pair(tmp_path, NAMES)
    told = complaint(brought("~nobody-here/x.pem", key))
    assert told.endswith("tls_certificate: ~nobody-here/x.pem: No such file or directory")
    told = complaint(brought(chain, "~nobody-here/x.pem"))
    assert told.endswith("tls_certificate_key: ~nobody-here/x.pem: No such file or directory")


def test_a_pair_is_two_files(authority, tmp_path):
    chain, _ = authority.pair(tmp_path, NAMES)
    assert "tls_certificate_key: is missing" in complaint(brought(chain, ""))
