import {
  decodePayload,
  decodeRejected,
  events,
  formatAmount,
  formatInstant,
  maskAccount,
  shownTransactionId,
} from '@weir/contracts';
import type {
  AuditEntry,
  AuditRequest,
  ControlRecord,
  EventDefinition,
  ReleasedTransaction,
  StreamName,
  Transaction,
  Verdict,
} from '@weir/contracts';
import { timesRedriven } from '../dead-letters/dead-letter.ts';
import { originWords, refusalWords } from '../dead-letters/show-letters.ts';
import type { ReadEvent } from './read-events.ts';

/** One event on one line for a person: where it stands, what it is, accounts masked. */
export function describeEvent(stream: StreamName, { record, opened }: ReadEvent): string {
  const at = `${formatInstant(record.timestampMs)}  ${record.partition}/${record.offset}`;
  if (!opened.ok) return `${at}  can't be opened: ${opened.rejection.code}`;
  return `${at}  ${summaryOf(stream, opened.attributes.type, opened.plaintext)}`;
}

/**
 * The same event with its payload in full, on one line for a script. Of a dead letter it is what "weir deadletters list"
 * tells: what it holds is opened by "show --open" alone, which has an entry on the audit trail.
 */
export function eventAsJson(stream: StreamName, { record, opened }: ReadEvent): string {
  const { topic, partition, offset } = record;
  const at = { stream, topic, partition, offset, timestamp: formatInstant(record.timestampMs) };
  if (!opened.ok) return JSON.stringify({ ...at, refused: opened.rejection });
  return JSON.stringify({
    ...at,
    ...opened.attributes,
    key: opened.key,
    payload: payloadOf(stream, opened.attributes.type, opened.plaintext),
  });
}

function payloadOf(stream: StreamName, type: string, plaintext: Buffer): unknown {
  if (stream !== 'rejected') return JSON.parse(plaintext.toString('utf8'));
  if (type === events.redrive.type) {
    const said = decodePayload(events.redrive, plaintext);
    return said.ok ? said.value : null;
  }
  const rejected = decodeRejected(plaintext);
  if (rejected === undefined) return null;
  const { rejections, origin, original, originalBytes } = rejected;
  const keptBytes = original?.length ?? null;
  return { rejections, origin, originalBytes, keptBytes, redriven: timesRedriven(rejected) };
}

function summaryOf(stream: StreamName, type: string, plaintext: Buffer): string {
  const read = <Schema extends EventDefinition['schema']>(event: EventDefinition<Schema>) => {
    const payload = decodePayload(event, plaintext);
    return payload.ok ? payload.value : undefined;
  };
  switch (stream) {
    case 'received': {
      if (type === events.control.type) return controlText(read(events.control));
      const transaction = read(events.transactionReceived);
      return transaction === undefined ? 'unreadable' : transactionText(transaction);
    }
    case 'cleared': {
      if (type === events.transactionReleased.type) {
        const released = read(events.transactionReleased);
        return released === undefined
          ? 'unreadable'
          : `${transactionText(released.transaction)}  released, ${peopleText(released.release)}`;
      }
      const cleared = read(events.transactionCleared);
      return cleared === undefined
        ? 'unreadable'
        : `${transactionText(cleared.transaction)}  ${verdictText(cleared.verdict)}`;
    }
    case 'held': {
      const isFlagged = type === events.transactionFlagged.type;
      const judged = isFlagged ? read(events.transactionFlagged) : read(events.transactionHeld);
      return judged === undefined
        ? 'unreadable'
        : `${transactionText(judged.transaction)}  ${verdictText(judged.verdict, isFlagged ? 'flagged' : 'held')}`;
    }
    case 'rejected': {
      if (type === events.redrive.type) {
        const said = read(events.redrive);
        return said === undefined
          ? 'unreadable'
          : `redrive ${said.kind}  dead letters ${said.letters.length}`;
      }
      const rejected = decodeRejected(plaintext);
      if (rejected === undefined) return 'unreadable';
      const { rejections, origin, originalBytes } = rejected;
      const size = originalBytes === null ? '' : `  ${originalBytes} bytes`;
      return `${refusalWords(rejections)}  from ${originWords(origin)}${size}`;
    }
    case 'decisions': {
      const journal = read(events.journal);
      return journal === undefined
        ? 'unreadable'
        : `offsets ${journal.from} to ${journal.to - 1}: ${journal.decisions.length} decided by ${journal.versions.ruleset}`;
    }
    case 'alerts': {
      if (type === events.alertFinding.type) return read(events.alertFinding)?.message ?? 'unreadable';
      const alert = read(events.alert);
      if (alert === undefined) return 'unreadable';
      const about =
        alert.kind === 'refused_record'
          ? `${alert.code} on ${alert.topic} ${alert.partition}/${alert.offset}`
          : // The sender's ids could hold an account number; where the transaction stands in the log can't.
            `log ${alert.sourcePartition}/${alert.sourceOffset}: ${alert.reasons.map((reason) => reason.rule).join(', ')}`;
      return `${alert.severity}  ${about}  alert ${alert.alertId.slice(0, 12)} revision ${alert.revision}`;
    }
    case 'artefacts': {
      if (type === events.approval.type) {
        const approval = read(events.approval);
        return approval === undefined
          ? 'unreadable'
          : `${approval.artefact} approved by ${approval.approvedBy}`;
      }
      if (type === events.modelPolicy.type) return read(events.modelPolicy)?.mode ?? 'unreadable';
      if (type !== events.activation.type) return read(events.artefact)?.artefact ?? 'unreadable';
      const activation = read(events.activation);
      return activation === undefined
        ? 'unreadable'
        : `activation ${activation.sequence} of ${activation.artefact}`;
    }
    case 'outcomes': {
      const report = read(events.outcome);
      return report === undefined
        ? 'unreadable'
        : `${report.transaction} ${report.outcome}  reported by ${report.reportedBy}`;
    }
    case 'lists':
    case 'models': {
      const part = stream === 'lists' ? read(events.listPart) : read(events.modelPart);
      return part === undefined ? 'unreadable' : `${part.artefact} part ${part.part + 1} of ${part.parts}`;
    }
    case 'releases': {
      const release = read(events.release);
      return release === undefined
        ? 'unreadable'
        : `${release.transactionIdentity}  log ${release.sourcePartition}/${release.sourceOffset}  ${peopleText(release)}`;
    }
    case 'intake':
      return auditText(read(events.auditRequest));
    case 'audit': {
      if (type !== events.auditCheckpoint.type) return auditText(read(events.auditEntry));
      const checkpoint = read(events.auditCheckpoint);
      return checkpoint === undefined
        ? 'unreadable'
        : `checkpoint of ${checkpoint.treeSize} entries  ${checkpoint.rootHash.slice(0, 12)}`;
    }
  }
}

function auditText(audited: AuditRequest | AuditEntry | undefined): string {
  if (audited === undefined) return 'unreadable';
  const { actor, action, subject, result } = audited;
  const number = 'sequence' in audited ? `#${audited.sequence}  ` : '';
  return `${number}${action} ${result}  ${subject.kind} ${subject.id}  by ${actor.kind} ${actor.name}`;
}

function controlText(control: ControlRecord | undefined): string {
  if (control === undefined) return 'control unreadable';
  return control.kind === 'artefact_activated'
    ? `control ${control.kind} ${control.sequence} ${control.artefact}`
    : `control ${control.kind}`;
}

function transactionText(transaction: Transaction): string {
  const { account, creditDebitIndicator, amountMinor, currency } = transaction;
  const amount = `${formatAmount(amountMinor, currency)} ${currency}`;
  return `${shownTransactionId(transaction)}  ${maskAccount(account)}  ${creditDebitIndicator} ${amount}`;
}

const peopleText = ({
  requestedBy,
  approvedBy,
}: Pick<ReleasedTransaction['release'], 'requestedBy' | 'approvedBy'>): string =>
  `asked by ${requestedBy}${approvedBy === undefined ? '' : `, approved by ${approvedBy}`}`;

const verdictText = ({ outcome, score, reasons }: Verdict, as: string = outcome): string =>
  [as, score.toFixed(3), ...reasons.map((reason) => reason.rule)].join(' ');
