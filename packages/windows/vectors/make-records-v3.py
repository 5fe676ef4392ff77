"""Writes records-v3.json: the stored format of window records, byte for byte.

This is a second implementation, one large integer per record, that shares nothing with
the TypeScript one. Rerun it only to add vectors: one that changes breaks every stored window.

    python3 packages/windows/vectors/make-records-v3.py && npx prettier --write packages/windows/vectors
"""

import json
import pathlib


COUNTRY_BASE = ord("A")


def country_number(country):
    if country == "":
        return 0
    return 1 + 26 * (ord(country[0]) - COUNTRY_BASE) + (ord(country[1]) - COUNTRY_BASE)


def pack(record):
    fields = [
        (40, record["offset"]),
        (48, record["eventTimeMs"]),
        (32, record["observedAtSeconds"]),
        (3, 0),
        (1, {"DBIT": 0, "CRDT": 1}[record["creditDebitIndicator"]]),
        (10, record["currency"]),
        (50, record["amountMinor"]),
        (64, int(record["identity"], 16)),
        (48, int(record["counterparty"] or "0", 16)),
        (32, int(record["digest"], 16)),
        (6, record["channel"]),
        (10, country_number(record["country"])),
    ]
    packed = 0
    for bits, value in fields:
        assert 0 <= value < 1 << bits
        packed = packed << bits | value
    return packed.to_bytes(43, "big").hex()


RECORDS = [
    (
        "every field at a usual value",
        dict(
            offset=123456789,
            eventTimeMs=1767225600123,
            observedAtSeconds=1767225603,
            amountMinor=1234567,
            currency=978,
            creditDebitIndicator="CRDT",
            identity="0123456789abcdef",
            digest="deadbeef",
            counterparty="a0b1c2d3e4f5",
            channel=5,
            country="NL",
        ),
    ),
    (
        "every optional field absent",
        dict(
            offset=0,
            eventTimeMs=946684800000,
            observedAtSeconds=946684800,
            amountMinor=1,
            currency=8,
            creditDebitIndicator="DBIT",
            identity="0000000000000000",
            digest="00000000",
            counterparty="",
            channel=0,
            country="",
        ),
    ),
    (
        "every field at its largest",
        dict(
            offset=2 ** 40 - 1,
            eventTimeMs=2 ** 48 - 1,
            observedAtSeconds=2 ** 32 - 1,
            amountMinor=10 ** 15,
            currency=999,
            creditDebitIndicator="CRDT",
            identity="f" * 16,
            digest="f" * 8,
            counterparty="f" * 12,
            channel=63,
            country="ZZ",
        ),
    ),
    (
        "observed before it happened, beyond 32 bits of milliseconds and of cents",
        dict(
            offset=2 ** 32,
            eventTimeMs=4102444800000,
            observedAtSeconds=1767225600,
            amountMinor=2 ** 32,
            currency=840,
            creditDebitIndicator="DBIT",
            identity="00000000ffffffff",
            digest="00ff00ff",
            counterparty="00000000000f",
            channel=7,
            country="AA",
        ),
    ),
]

vectors = [{"name": name, "record": record, "hex": pack(record)} for name, record in RECORDS]
written = {
    "formatVersion": 3,
    "records": vectors,
    "packedHex": "".join(vector["hex"] for vector in vectors),
}
path = pathlib.Path(__file__).with_name("records-v3.json")
path.write_text(json.dumps(written, indent=2) + "\n")
