import { createECDH, createHash, createPrivateKey, createPublicKey } from 'node:crypto';

/** The one algorithm of an ECC_NIST_P256 key. */
export const signingAlgorithm = 'ECDSA_SHA_256';

/** The order of the curve's base point (FIPS 186-4, D.1.2.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const scalarBytes = 32;

/**
 * An ECDSA signature (FIPS 186-4, section 6.4) in DER, by a private key in PKCS #8.
 *
 * The arithmetic is written out because node:crypto always hashes what it signs
 * and so can't sign a digest. It takes a time that depends on the key, which only
 * a development KMS may.
 */
export function signWith(privateKey: Buffer, message: Buffer, type: 'RAW' | 'DIGEST'): Buffer {
  const digest = type === 'RAW' ? createHash('sha256').update(message).digest() : message;
  const { d } = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  const secret = toScalar(Buffer.from(d ?? '', 'base64url'));
  for (;;) {
    const once = createECDH('prime256v1');
    // An uncompressed point: 0x04, then x, then y.
    const point = once.generateKeys();
    const r = toScalar(point.subarray(1, 1 + scalarBytes)) % order;
    const s = (inverse(toScalar(once.getPrivateKey())) * (toScalar(digest) + r * secret)) % order;
    // Neither is ever 0 but with a probability of 2^-256, and the standard asks for another try then.
    if (r !== 0n && s !== 0n) return derSequence(derInteger(r), derInteger(s));
  }
}

/** The public key that belongs to a private key in PKCS #8, as a DER SubjectPublicKeyInfo. */
export function publicKeyOf(privateKey: Buffer): Buffer {
  const key = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

const toScalar = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** By Fermat's little theorem, the order being prime: value^(order - 2). */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % order;
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % order;
    base = (base * base) % order;
  }
  return result;
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // A first bit that is set would make the number negative.
  const content = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}

/** Two integers of 33 bytes at most, so that the length fits in one byte. */
function derSequence(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
