"""Writes v1.json: the stored format of suite 1, byte for byte.

This is a second implementation, over Python's `cryptography` (tried with 48.0), that
shares nothing with the TypeScript one; the tests there reproduce and open what it
writes. Rerun it only to add vectors: one that changes breaks every stored payload.

    python3 packages/envelope/vectors/make-v1.py && npx prettier --write packages/envelope/vectors
"""

import base64
import hashlib
import hmac
import json
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Keys for tests only, counted up from a seed so that nobody takes them for real ones.
KEK_REF = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ASCII_CONTEXT = {
    "tenant": "bank-a",
    "environment": "test",
    "stream": "transactions.received",
    "key": "a1_AAECAwQFBgcICQoLDA0ODw",
    "id": "018f6f1e-0000-7000-8000-000000000001",
    "type": "weir.transaction.received.v1",
    "dataSchema": "https://weir.example/schemas/transaction/v1",
    "time": "2026-01-02T03:04:05.678Z",
}
OTHER_CONTEXT = {
    "tenant": "Crédit Øst 銀行",
    "environment": "tëst",
    "stream": "поток",
    "key": "\U0001f511",
    "id": "e\u0301 is not é",
    "type": "",
    "dataSchema": "\u202eright to left",
    "time": "\ufeff\u0000",
}


def counted(start, size):
    return bytes((start + i) % 256 for i in range(size))


def length_prefixed(fields):
    return b"".join(struct.pack(">I", len(f.encode())) + f.encode() for f in fields)


def derive(data_key, dek_id, info):
    return HKDF(algorithm=SHA256(), length=32, salt=dek_id, info=info).derive(data_key)


def sealed(name, seed, kek_ref, wrapped_size, context, plaintext):
    data_key, dek_id, nonce = counted(seed, 32), counted(seed + 64, 16), counted(seed + 96, 12)
    wrapped = counted(seed + 128, wrapped_size)
    commitment = derive(data_key, dek_id, b"commit")
    kek = kek_ref.encode()
    header = b"\xf7WEI" + b"\x01" + dek_id + commitment
    header += struct.pack(">B", len(kek)) + kek + struct.pack(">H", len(wrapped)) + wrapped
    order = ("tenant", "environment", "stream", "key", "id", "type", "dataSchema", "time")
    aad = header + length_prefixed([context[field] for field in order])
    body = AESGCM(derive(data_key, dek_id, b"enc")).encrypt(nonce, plaintext, aad)
    return {
        "name": name,
        "dataKey": data_key.hex(),
        "dekId": dek_id.hex(),
        "kekRef": kek_ref,
        "wrapped": wrapped.hex(),
        "nonce": nonce.hex(),
        "context": context,
        "plaintext": plaintext.hex(),
        "sealed": (header + nonce + body).hex(),
    }


def pseudonym(version, purpose, tenant, value):
    key = counted(32 * version, 32)
    mac = hmac.new(key, length_prefixed([purpose, tenant, value]), hashlib.sha256).digest()
    text = base64.urlsafe_b64encode(mac[:16]).decode().rstrip("=")
    return {
        "indexKey": key.hex(),
        "version": version,
        "purpose": purpose,
        "tenant": tenant,
        "value": value,
        "pseudonym": f"a{version}_{text}",
    }


def partition(count, tenant, account):
    key = counted(200, 32)
    mac = hmac.new(key, length_prefixed([tenant, account]), hashlib.sha256).digest()
    return {
        "routingKey": key.hex(),
        "partitionCount": count,
        "tenant": tenant,
        "account": account,
        "partition": int.from_bytes(mac[:6], "big") % count,
    }


IBAN = "DE89370400440532013000"
VECTORS = {
    "sealed": [
        sealed("an empty plaintext", 0, KEK_REF, 184, ASCII_CONTEXT, b""),
        sealed("a short plaintext", 1, KEK_REF, 184, ASCII_CONTEXT, b'{"amountMinor":1299}'),
        sealed("a plaintext of 1 KB", 2, KEK_REF, 184, ASCII_CONTEXT, counted(3, 1024)),
        sealed("a context beyond ASCII", 3, KEK_REF, 184, OTHER_CONTEXT, "größer als ≥".encode()),
        sealed("the shortest kekRef and wrapped DEK", 4, "k", 1, ASCII_CONTEXT, b"\x00"),
        sealed("the longest kekRef", 5, "é" + 253 * "k", 300, ASCII_CONTEXT, b"\xff"),
    ],
    "pseudonyms": [
        pseudonym(1, "account", "bank-a", IBAN),
        pseudonym(1, "counterparty", "bank-a", IBAN),
        pseudonym(1, "account", "bank-b", IBAN),
        pseudonym(2, "account", "bank-a", IBAN),
        pseudonym(1, "account", "Crédit Øst 銀行", ""),
    ],
    "partitions": [
        partition(count, tenant, account)
        for count in (1, 4, 48, 1000)
        for tenant, account in (("bank-a", IBAN), ("bank-b", IBAN), ("Crédit Øst 銀行", ""))
    ],
}

target = pathlib.Path(__file__).with_name("v1.json")
target.write_text(json.dumps(VECTORS, indent=2) + "\n")
