"""Independent Modbus clients read the simulated analysers and get what the ledger says was on offer."""

import json
import re
import shutil
import struct
import subprocess

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]

BLOCKS = {
    "stack-1-gas": [(4, 1000, 24), (2, 1000, 27)],
    "stack-1-dust": [(3, 0, 8), (1, 0, 1)],
    "stack-2-flow": [(4, 0, 9), (3, 0, 4)],
}


@pytest.mark.parametrize("device", sorted(BLOCKS))
def test_modbus_serial_reads_what_the_ledger_offers(plant, npm_client, device):
    before = plant.ledger.peers()
    answers = npm_client("modbus_read.mjs", "127.0.0.1", plant.port(device), json.dumps(BLOCKS[device]), 20)
    assert len(answers) == 20 * len(BLOCKS[device])
    for function, first, count in BLOCKS[device]:
        offered = plant.ledger.reads_of(device, before, function)
        read = [answer.get("words") or [int(bit) for bit in answer["bits"]] for answer in answers if answer["table"] == function]
        assert [(start, list(numbers)) for _, start, numbers in offered] == [(first, numbers) for numbers in read]
        assert all(len(numbers) == count for numbers in read)


def test_the_analysers_floats_are_high_word_first_for_others_too(plant, npm_client):
    before = plant.ledger.peers()
    (answer,) = npm_client("modbus_read.mjs", "127.0.0.1", plant.port("stack-1-gas"), "[[4, 1000, 24]]", 1)
    ((_, _, words),) = plant.ledger.reads_of("stack-1-gas", before, 4)
    assert answer["floats"] == list(struct.unpack(">12f", struct.pack(">24H", *words)))
    assert 500 < answer["floats"][0] < 5000, "untreated sulphur dioxide of a coal boiler"


@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is not installed")
def test_mbpoll_reads_what_the_ledger_offers(plant):
    before = plant.ledger.peers()
    command = ["mbpoll", "-0", "-1", "-q", "-t", "3:hex", "-r", "1000", "-c", "24", "-p", str(plant.port("stack-1-gas")), "127.0.0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    read = [int(word, 16) for word in re.findall(r"^\[\d+\]:\s+0x([0-9A-F]+)", done.stdout, re.MULTILINE)]
    ((_, _, offered),) = plant.ledger.reads_of("stack-1-gas", before, 4)
    assert read == list(offered)
