import type { z } from 'zod';
import { alert } from './alert.ts';
import { activation, approval, artefact } from './artefact.ts';
import { auditCheckpoint, auditEntry, auditRequest } from './audit.ts';
import { controlRecord } from './control.ts';
import { journalRecord } from './journal.ts';
import { quickCheckOf, type QuickCheck } from './quick-check.ts';
import { listPart } from './list.ts';
import { modelPart, modelPolicy } from './model-snapshot.ts';
import { outcomeReport } from './outcome.ts';
import { redriveRecord } from './redrive.ts';
import { rejectedPreamble } from './rejected.ts';
import { release, releasedTransaction } from './release.ts';
import { ocsfFinding } from './ocsf-finding.ts';
import type { StreamName } from './streams.ts';
import { transaction } from './transaction.ts';
import { clearedTransaction, flaggedTransaction, heldTransaction } from './verdict.ts';

/** The tenant of what belongs to Weir itself and to no customer: control records, the journal, refused records. */
export const systemTenant = 'weir';

/** One kind of event: its CloudEvents type, the schema its opened payload fits, and the stream it stands on. */
export type EventDefinition<Schema extends z.ZodType = z.ZodType> = {
  readonly type: string;
  readonly dataSchema: string;
  readonly stream: StreamName;
  readonly schema: Schema;
  /** Says yes to what the schema would give back unchanged; for the events that come once per transaction. */
  readonly isCanonical?: QuickCheck;
};

const define = <Schema extends z.ZodType>(
  stream: StreamName,
  type: string,
  dataSchema: string,
  schema: Schema,
): EventDefinition<Schema> => ({ stream, type, dataSchema, schema });

const defineFrequent = <Schema extends z.ZodType>(
  ...definition: Parameters<typeof define<Schema>>
): EventDefinition<Schema> => ({ ...define(...definition), isCanonical: quickCheckOf(definition[3]) });

/** Every event that may stand on a topic. A record whose type is not here for its stream is refused. */
export const events = {
  transactionReceived: defineFrequent(
    'received',
    'weir.transaction.received.v1',
    'urn:weir:schema:transaction:1',
    transaction,
  ),
  control: define('received', 'weir.control.v1', 'urn:weir:schema:control-record:1', controlRecord),
  transactionCleared: defineFrequent(
    'cleared',
    'weir.transaction.cleared.v1',
    'urn:weir:schema:cleared-transaction:1',
    clearedTransaction,
  ),
  transactionReleased: define(
    'cleared',
    'weir.transaction.released.v1',
    'urn:weir:schema:released-transaction:1',
    releasedTransaction,
  ),
  transactionHeld: defineFrequent(
    'held',
    'weir.transaction.held.v1',
    'urn:weir:schema:held-transaction:1',
    heldTransaction,
  ),
  transactionFlagged: defineFrequent(
    'held',
    'weir.transaction.flagged.v1',
    'urn:weir:schema:flagged-transaction:1',
    flaggedTransaction,
  ),
  recordRejected: define(
    'rejected',
    'weir.record.rejected.v1',
    'urn:weir:schema:rejected-record:1',
    rejectedPreamble,
  ),
  redrive: define('rejected', 'weir.redrive.v1', 'urn:weir:schema:redrive:1', redriveRecord),
  journal: defineFrequent('decisions', 'weir.journal.v1', 'urn:weir:schema:journal-record:1', journalRecord),
  alert: define('alerts', 'weir.alert.v1', 'urn:weir:schema:alert:1', alert),
  alertFinding: define('alerts', 'weir.alert.finding.v1', 'urn:weir:schema:ocsf-finding:1', ocsfFinding),
  artefact: define('artefacts', 'weir.artefact.v1', 'urn:weir:schema:artefact:1', artefact),
  activation: define('artefacts', 'weir.activation.v1', 'urn:weir:schema:activation:1', activation),
  approval: define('artefacts', 'weir.approval.v1', 'urn:weir:schema:approval:1', approval),
  modelPolicy: define('artefacts', 'weir.model-policy.v1', 'urn:weir:schema:model-policy:1', modelPolicy),
  outcome: define('outcomes', 'weir.outcome.v1', 'urn:weir:schema:outcome:1', outcomeReport),
  modelPart: define('models', 'weir.model.part.v1', 'urn:weir:schema:model-part:1', modelPart),
  listPart: define('lists', 'weir.list.part.v1', 'urn:weir:schema:list-part:1', listPart),
  release: define('releases', 'weir.release.v1', 'urn:weir:schema:release:1', release),
  auditRequest: define('intake', 'weir.audit.request.v1', 'urn:weir:schema:audit-request:1', auditRequest),
  auditEntry: define('audit', 'weir.audit.entry.v1', 'urn:weir:schema:audit-entry:1', auditEntry),
  auditCheckpoint: define(
    'audit',
    'weir.audit.checkpoint.v1',
    'urn:weir:schema:audit-checkpoint:1',
    auditCheckpoint,
  ),
} as const;

/**
 * Writes a payload in its one canonical form: JSON with the contract's own key
 * order and no white space. The schema runs first, so nothing leaves that its
 * reader would refuse. "The same verdict" means the same SHA-256 of these bytes.
 */
export function encodePayload<Schema extends z.ZodType>(
  event: EventDefinition<Schema>,
  value: z.input<Schema>,
): Buffer {
  const canonical = event.isCanonical?.(value) === true ? value : event.schema.parse(value);
  return Buffer.from(JSON.stringify(canonical), 'utf8');
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export type DecodedPayload<Schema extends z.ZodType> =
  | { readonly ok: true; readonly value: z.output<Schema> }
  | { readonly ok: false; readonly error: z.ZodError | undefined };

/** Reads a payload and holds it against its contract. Never throws; `error` is undefined where it isn't even JSON. */
export function decodePayload<Schema extends z.ZodType>(
  event: EventDefinition<Schema>,
  plaintext: Uint8Array,
): DecodedPayload<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(strictUtf8.decode(plaintext));
  } catch {
    return { ok: false, error: undefined };
  }
  if (event.isCanonical?.(json) === true) return { ok: true, value: json as z.output<Schema> };
  const parsed = event.schema.safeParse(json);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, error: parsed.error };
}
