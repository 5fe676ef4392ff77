"""Opens a record of transactions.cleared.v1: the envelope of suite 1, in Python.

Needs `cryptography`, and a KMS client of your choice for `decrypt_data_key`.
"""

import hmac
import json
import struct
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC, SUITE = b"\xf7WEI", 1
FIELDS = ("tenant", "environment", "stream", "key", "id", "type", "dataSchema", "time")


def parse(sealed):
    """Cuts an envelope into its parts. Raises ValueError where it is none."""
    if sealed is None or sealed[:4] != MAGIC or len(sealed) < 54 or sealed[4] != SUITE:
        raise ValueError("not an envelope of suite 1")
    dek_id, commitment = sealed[5:21], sealed[21:53]
    at = 54 + sealed[53]
    kek_ref = sealed[54:at].decode("utf-8")
    if not kek_ref or len(sealed) < at + 2:
        raise ValueError("cut short")
    end = at + 2 + struct.unpack(">H", sealed[at : at + 2])[0]
    wrapped = sealed[at + 2 : end]
    if not wrapped or len(sealed) < end + 12 + 16:
        raise ValueError("cut short")
    return sealed[:end], dek_id, commitment, kek_ref, wrapped, sealed[end : end + 12], sealed[end + 12 :]


def derive(data_key, dek_id, info):
    return HKDF(algorithm=SHA256(), length=32, salt=dek_id, info=info).derive(data_key)


def open_envelope(sealed, context, allowed_keys, decrypt_data_key):
    """The plaintext. `context` holds FIELDS; raises for whatever Weir did not seal for exactly it."""
    header, dek_id, commitment, kek_ref, wrapped, nonce, body = parse(sealed)
    if kek_ref not in allowed_keys:  # Before the KMS is asked: a stranger's key opens nothing.
        raise ValueError("sealed under a key that is not allowed")
    encryption_context = {
        "app": "weir",
        "environment": context["environment"],
        "stream": context["stream"],
        "dekId": urlsafe_b64encode(dek_id).decode().rstrip("="),
    }
    data_key = decrypt_data_key(kek_ref, wrapped, encryption_context)
    if not hmac.compare_digest(derive(data_key, dek_id, b"commit"), commitment):
        raise ValueError("not the data key that the header commits to")
    fields = (context[name].encode("utf-8") for name in FIELDS)
    aad = header + b"".join(struct.pack(">I", len(field)) + field for field in fields)
    return AESGCM(derive(data_key, dek_id, b"enc")).decrypt(nonce, body, aad)


def open_cleared(key, value, headers, environment, allowed_keys, decrypt_data_key):
    """The payload of a record; `key` and `value` are bytes, `headers` bytes by name, each given once."""
    header = {name: text.decode("ascii") for name, text in headers.items() if name.startswith("ce_")}
    context = dict(environment=environment, stream="cleared", key=key.decode("utf-8"))
    context |= {name: header["ce_" + name.lower()] for name in ("tenant", "id", "type", "dataSchema", "time")}
    return json.loads(open_envelope(value, context, allowed_keys, decrypt_data_key))
