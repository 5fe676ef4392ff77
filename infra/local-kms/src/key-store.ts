import { z } from 'zod';
import { KmsError } from './kms-error.ts';
import { PrivateFileError, readPrivateFile, writePrivateFile } from './private-file.ts';

export const keySpecs = ['SYMMETRIC_DEFAULT', 'ECC_NIST_P256'] as const;
export type KeySpec = (typeof keySpecs)[number];

const storedKeySchema = z.strictObject({
  keyId: z.uuid(),
  arn: z.string(),
  description: z.string(),
  createdAtMs: z.int(),
  /** Files from before there were signing keys don't say it. */
  spec: z.enum(keySpecs).default('SYMMETRIC_DEFAULT'),
  state: z.enum(['Enabled', 'Disabled', 'PendingDeletion']),
  /** When the key is destroyed; null unless it is pending deletion. */
  deletionAtMs: z.int().nullable(),
  /**
   * In base64: 32 bytes each, version n at index n - 1 and the newest last; of a
   * signing key, which is never rotated, the one private key as PKCS #8.
   */
  materials: z.array(z.base64()).min(1),
  /** When each material but the first was made; older files don't know it of their rotations. */
  rotatedAtMs: z.array(z.int()).default([]),
});

const keyRingSchema = z.strictObject({
  format: z.literal('weir-local-kms/1'),
  /** Counts the writes, so that a second process on the same file is noticed. */
  revision: z.int(),
  keys: z.array(storedKeySchema),
  aliases: z.record(z.string(), z.uuid()),
});

export type StoredKey = z.infer<typeof storedKeySchema>;
export type KeyRing = z.infer<typeof keyRingSchema>;

export type KeyStore = {
  /** The keys that exist now; a key whose waiting period is over no longer does. */
  readonly read: (nowMs: number) => KeyRing;
  /** Makes the change durable, then visible. Throws KmsError when it can't, and nothing has changed. */
  readonly write: (change: Pick<KeyRing, 'keys' | 'aliases'>) => void;
};

/** Opens the key file, or starts an empty one. Throws PrivateFileError for a file it refuses. */
export function openKeyStore(path: string): KeyStore {
  let ring = load(path);
  return {
    read: (nowMs) => withoutDestroyedKeys(ring, nowMs),
    write: (change) => {
      const next = { ...ring, ...change, revision: ring.revision + 1 };
      try {
        if (load(path).revision !== ring.revision) {
          throw new PrivateFileError(`${path} was changed by another process`);
        }
        writePrivateFile(path, `${JSON.stringify(next, null, 2)}\n`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown';
        throw new KmsError('KMSInternalException', `the key file can't be written: ${reason}`);
      }
      ring = next;
    },
  };
}

function load(path: string): KeyRing {
  const text = readPrivateFile(path);
  if (text === undefined) return { format: 'weir-local-kms/1', revision: 0, keys: [], aliases: {} };
  const parsed = keyRingSchema.safeParse(parseJson(path, text));
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new PrivateFileError(`${path} is no key file of this version: ${at}`);
}

/** JSON.parse quotes what it can't read, and what stands in here is key material. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PrivateFileError(`${path} is not JSON`);
  }
}

function withoutDestroyedKeys(ring: KeyRing, nowMs: number): KeyRing {
  const keys = ring.keys.filter((key) => key.deletionAtMs === null || key.deletionAtMs > nowMs);
  if (keys.length === ring.keys.length) return ring;
  const left = new Set(keys.map((key) => key.keyId));
  const aliases = Object.entries(ring.aliases).filter(([, keyId]) => left.has(keyId));
  return { ...ring, keys, aliases: Object.fromEntries(aliases) };
}
