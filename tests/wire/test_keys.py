"""Keys: files with the right mode, signatures that say what they are for."""

from __future__ import annotations

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tynys.domain.errors import ConfigurationError, SignatureError
from tynys.wire.keys import SigningKey, VerifyKey, key_id_of


def test_a_key_is_saved_for_its_owner_alone_and_comes_back(tmp_path):
    key = SigningKey.generate()
    file = tmp_path / "gateway.key"
    key.save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SigningKey.load(file).public == key.public
    assert key.key_id == key_id_of(key.public)
    assert len(key.key_id) == 16


def test_an_existing_key_is_never_overwritten(tmp_path):
    file = tmp_path / "gateway.key"
    SigningKey.generate().save(file)
    before = file.read_bytes()
    with pytest.raises(ConfigurationError, match="already there"):
        SigningKey.generate().save(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_others_can_read_is_refused(tmp_path, mode):
    file = tmp_path / "gateway.key"
    SigningKey.generate().save(file)
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match="expected 0600") as caught:
        SigningKey.load(file)
    assert "chmod 600" in str(caught.value)


def test_what_is_no_ed25519_key_is_named(tmp_path):
    file = tmp_path / "gateway.key"
    with pytest.raises(ConfigurationError, match="not there"):
        SigningKey.load(file)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        SigningKey.load(tmp_path)
    file.write_bytes(b"nonsense")
    file.chmod(0o600)
    with pytest.raises(ConfigurationError, match="Ed25519 private key in PEM"):
        SigningKey.load(file)
    file.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ConfigurationError, match=r"got E"):
        SigningKey.load(file)


def test_a_signature_fits_one_key_one_tag_and_one_message():
    key = SigningKey.generate()
    signature = key.sign("tynys.batch.v1", b"message")
    key.verify_key.verify("tynys.batch.v1", b"message", signature)
    for verify, tag, message, given in [
        (SigningKey.generate().verify_key, "tynys.batch.v1", b"message", signature),
        (key.verify_key, "tynys.receipt.v1", b"message", signature),
        (key.verify_key, "tynys.batch.v1", b"massage", signature),
        (key.verify_key, "tynys.batch.v1", b"message", bytes(64)),
        (key.verify_key, "tynys.batch.v1", b"message", b""),
    ]:
        with pytest.raises(SignatureError, match="does not fit"):
            verify.verify(tag, message, given)


def test_a_public_key_of_the_wrong_length_is_named():
    with pytest.raises(SignatureError, match="32 bytes, got 5"):
        VerifyKey(b"short")
