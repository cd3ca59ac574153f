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


def times_eight(encoded):
    """Eight times a point of edwards25519, by the formulas of RFC 8032 (5.1.3, 5.1.4); None if the bytes are no point."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    y, sign = int.from_bytes(encoded, "little") & (2**255 - 1), encoded[31] >> 7
    square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    x = pow(square, (p + 3) // 8, p)
    if (x * x - square) % p:
        x = x * pow(2, (p - 1) // 4, p) % p
    if (x * x - square) % p:
        return None
    x = p - x if x & 1 != sign and x else x
    y %= p
    for _ in range(3):
        both = d * x * x * y * y
        x, y = 2 * x * y * pow(1 + both, -1, p) % p, (y * y + x * x) * pow(1 - both, -1, p) % p
    return x, y


SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
"""The points of order 1, 2, 4 and 8 as published with libsodium's list of keys it refuses."""


@pytest.mark.parametrize("text", SMALL_ORDER)
def test_a_key_that_anyone_can_sign_for_is_refused(text):
    for sign in (0, 0x80):
        public = bytearray.fromhex(text)
        public[31] |= sign
        assert times_eight(public) in {None, (0, 1)}
        with pytest.raises(SignatureError, match="nobody made"):
            VerifyKey(bytes(public))


def test_a_key_whose_number_is_not_reduced_is_refused():
    for number in (2**255 - 19, 2**255 - 18, 2**255 - 1):
        with pytest.raises(SignatureError, match="nobody made"):
            VerifyKey(number.to_bytes(32, "little"))


def test_honest_keys_are_of_large_order():
    for _ in range(20):
        key = SigningKey.generate()
        assert times_eight(key.public) not in {None, (0, 1)}
        assert VerifyKey(key.public).key_id == key.key_id
