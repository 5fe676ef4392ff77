import { describeFinding } from '@weir/audit';
import type { ProofFailure, VerifiedTrail } from '@weir/audit';
import type { AuditEntry } from '@weir/contracts';

/** An entry in a line: when, who, what, on what, what came of it, from where. */
export function showEntry(entry: AuditEntry): string {
  const { sequence, at, actor, action, subject, result, origin, details } = entry;
  const more = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  return [
    String(sequence).padStart(6),
    at,
    `${actor.kind}:${actor.name}`,
    action,
    `${subject.kind}:${subject.id}`,
    result,
    `from ${origin}`,
    ...more,
  ].join('  ');
}

export function showVerified({ ok, entries, checkpoints, covered, findings }: VerifiedTrail): string[] {
  const what = `${entries} entries, ${covered} of them under ${checkpoints} checkpoints`;
  const waiting = `The newest ${entries - covered} are not signed yet: nothing can be said of them.`;
  if (ok) return [`The trail is whole: ${what}.`, ...(entries > covered ? [waiting] : [])];
  return [
    `The trail is not as it was signed: ${what}.`,
    ...findings.map((one) => `  ${describeFinding(one)}`),
  ];
}

export function describeProofFailure(failure: ProofFailure): string {
  switch (failure) {
    case 'entry_unknown':
      return 'No entry has this number';
    case 'not_covered':
      return 'The entry is under no checkpoint yet: try again in a minute';
    case 'trail_incomplete':
      return 'The trail is not whole, so nothing can be proven by it: see "weir audit verify"';
    case 'checkpoint_unknown':
      return 'No checkpoint of the trail is of this size';
  }
}
