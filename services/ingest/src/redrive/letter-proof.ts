import { writeRedriveHeader, type OfferedAs, type RedriveMark, type RedriveOffer } from '@weir/contracts';
import { pseudonymOf, sha256HexOf, type Pseudonymize } from '../identify.ts';

/** What the id of a dead letter is a function of, beside its tenant. */
type RefusedLine = {
  readonly source: string;
  readonly line: number;
  /** Of the whole line, in hex. */
  readonly sha256: string;
  /** Where it was redriven. */
  readonly redrive: RedriveMark | undefined;
};

/** The id of a dead letter. Keyed: a plain digest of a short line could be guessed. */
export function letterIdOf(
  pseudonymize: Pseudonymize,
  tenant: string,
  { source, line, sha256, redrive }: RefusedLine,
): string {
  const again = redrive === undefined ? '' : ` ${writeRedriveHeader(redrive)}`;
  return pseudonymOf(pseudonymize, 'rejection', tenant, `${source} ${line} ${sha256}${again}`);
}

/**
 * What binds how a line was to be read, and when it was refused, to the id of its dead letter. Others may seal dead
 * letters too; the key of this has nobody but ingest. Begins unlike any text that an id is made of.
 */
export function letterProofOf(
  pseudonymize: Pseudonymize,
  { id, at }: { readonly id: string; readonly at: string },
  { kind, tenant, columns, observedAt }: Omit<OfferedAs, 'proof'>,
): string {
  return pseudonymOf(pseudonymize, 'rejection', tenant, JSON.stringify([id, at, kind, columns, observedAt]));
}

/**
 * Whether ingest made the letter that a line is said to be of. An earlier release bound only line, bytes and tenant:
 * of its letters nothing else is believed. Whether a record of the log is ours was shown by its own seal.
 */
export function isOurLetter(
  pseudonymize: Pseudonymize,
  { letter, source, line, offered, original }: RedriveOffer,
): boolean {
  if (letter.from === 'log') return true;
  const sha256 = sha256HexOf(Buffer.from(original, 'base64'));
  const { redrive } = letter;
  if (letter.id !== letterIdOf(pseudonymize, offered.tenant, { source, line, sha256, redrive })) return false;
  if (letter.from === 'source') return offered.proof === letterProofOf(pseudonymize, letter, offered);
  return offered.kind === 'transaction' && offered.columns === null && offered.observedAt === null;
}
