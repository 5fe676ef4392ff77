import { z } from 'zod';
import { instant, sha256Hex } from './fields.ts';

/** Everything the audit trail knows. The list is closed: what isn't here can't be claimed to be audited. */
export const auditActions = [
  'worker_started',
  'key_created',
  'key_rotated',
  'key_disabled',
  'artefact_published',
  'artefact_approved',
  'artefact_activated',
  'model_policy_changed',
  'outcomes_imported',
  'record_refused',
  'token_created',
  'token_revoked',
  'token_refused',
  'certificate_refused',
  'alert_changed',
  'evidence_opened',
  'release_requested',
  'release_approved',
  'transaction_released',
  'silence_changed',
  'routing_loaded',
  'deliveries_retried',
  'store_rebuilt',
  'replay_planned',
  'replay_approved',
  'replay_changed',
  'replay_run',
  'replay_discarded',
  'case_exported',
  'dead_letters_opened',
  'dead_letters_redriven',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** A name of ours: of a worker, a token, a person's account, a key, a topic. Never an account number, never free text. */
const auditName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21-\x7e]+$/);

const audited = {
  /** Chosen by who asks, so that one that is sent twice becomes one entry. */
  requestId: z.uuid(),
  /** When it happened, by the clock of who asks. */
  at: instant,
  actor: z
    .strictObject({ kind: z.enum(['worker', 'person', 'token', 'unknown']), name: auditName })
    .describe('Who did it: a worker, a person at the command line, a named token, or somebody unproven'),
  action: z.enum(auditActions).describe('What was done, or tried'),
  subject: z
    .strictObject({
      kind: z.enum([
        'worker',
        'key',
        'artefact',
        'record',
        'token',
        'stream',
        'alert',
        'transaction',
        'silence',
        'delivery',
        'replay',
      ]),
      id: auditName,
    })
    .describe('What it was done to'),
  result: z
    .enum(['begun', 'done', 'refused', 'failed'])
    .describe('What came of it; begun stands on the trail before an act that must not happen unrecorded'),
  origin: auditName.describe('From where: the address of a caller, or the service itself'),
  details: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), z.union([auditName, z.int(), z.boolean()]))
    .refine((details) => Object.keys(details).length <= 32, { message: 'at most 32 details' })
    .describe('Codes, counts, versions and digests that belong to it; nothing taken from a payload'),
};

/** What somebody asks the notary to record. */
export const auditRequest = z.strictObject(audited).describe('A request to the notary');
export type AuditRequest = z.infer<typeof auditRequest>;

/** How many entries there are before this one: numbers begin at 0 and have no gap. */
const sequence = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** One entry of the trail. Its canonical payload is the leaf of the tree. */
export const auditEntry = z.strictObject({ sequence, ...audited }).describe('An entry of the audit trail');
export type AuditEntry = z.infer<typeof auditEntry>;

/**
 * What the notary says of its first `treeSize` entries. The root is that of RFC 9162,
 * section 2.1.1, over their canonical payloads; the peaks give that root, and let a
 * reader go on from here without the entries before. The signature covers the
 * canonical JSON of all other fields, behind one line that says what it is.
 */
export const auditCheckpoint = z
  .strictObject({
    trail: auditName.describe('The name of the trail: one per environment'),
    treeSize: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
    rootHash: sha256Hex,
    peaks: z
      .array(sha256Hex)
      .min(1)
      .max(53)
      .describe('The roots of the perfect subtrees that the entries fall into, the largest first'),
    at: instant,
    keyId: auditName.describe('The ARN of the key that signed'),
    algorithm: z.literal('ECDSA_SHA_256'),
    signature: z.base64().min(1).max(1_024).describe('DER, as KMS answers it'),
  })
  .describe('A signed checkpoint of the audit trail');
export type AuditCheckpoint = z.infer<typeof auditCheckpoint>;
