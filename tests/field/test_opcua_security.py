"""Signed and encrypted sessions, and certificates that are kept and compared."""

import stat

import pytest
from cryptography import x509

from tynys.field import build_driver
from tynys.field.opcua_security import APPLICATION_URI, ensure_client_certificate
from tynys.field.register_map import load_map
from tynys.field.settings import OpcUaSettings

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("opcua")]

POINTS = ("unit-1.load_mw",)


@pytest.fixture
def secured(plant_server, channels_of, tmp_path):
    """Makes a driver with Basic256Sha256."""

    def make(url=plant_server.url, **settings):
        settings = OpcUaSettings(
            id="dcs",
            url=url,
            map="tynys-plant",
            channels={name: name for name in POINTS},
            security="Basic256Sha256",
            timeout_ms=1500,
            **settings,
        )
        return build_driver(settings, channels_of(load_map("tynys-plant"), POINTS), folder=tmp_path)

    return make


@pytest.mark.parametrize("mode", ["poll", "subscription"])
async def test_basic256sha256_carries_values(plant_server, server_certificate, secured, tmp_path, mode):
    driver = secured(mode=mode)
    await driver.connect()
    assert driver.health.connected, driver.health.last_error
    assert (await driver.poll(0))["unit-1.load_mw"].value == 487.25
    assert (tmp_path / "dcs-server.der").read_bytes() == server_certificate[0].read_bytes()
    await driver.close()


async def test_another_certificate_than_the_kept_one_is_refused(plant_server, server_certificate, secured, tmp_path):
    (tmp_path / "dcs-server.der").write_bytes(b"another")
    driver = secured()
    await driver.connect()
    assert not driver.health.connected
    assert "another certificate than the one kept" in driver.health.last_error
    await driver.close()


async def test_a_given_certificate_is_the_only_one_trusted(plant_server, server_certificate, secured, tmp_path):
    driver = secured(server_certificate=str(server_certificate[0]))
    await driver.connect()
    assert driver.health.connected, driver.health.last_error
    await driver.close()
    wrong = tmp_path / "wrong.der"
    ensure_client_certificate(wrong, tmp_path / "wrong.pem")
    driver = secured(server_certificate=str(wrong))
    await driver.connect()
    assert not driver.health.connected
    await driver.close()


async def test_a_server_without_encryption_is_said_in_words(mortal_server, secured):
    driver = secured(mortal_server.url)
    await driver.connect()
    assert "offers no endpoint with Basic256Sha256" in driver.health.last_error
    await driver.close()


async def test_our_certificate_names_us_and_its_key_is_private(tmp_path):
    ensure_client_certificate(tmp_path / "a.der", tmp_path / "a.key")
    made = x509.load_der_x509_certificate((tmp_path / "a.der").read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [APPLICATION_URI]
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600
    before = (tmp_path / "a.der").read_bytes()
    ensure_client_certificate(tmp_path / "a.der", tmp_path / "a.key")
    assert (tmp_path / "a.der").read_bytes() == before
