import { readHex } from './hex.ts';
import { countryNumber } from './record-format.ts';
import type { OriginKind } from './record-rows.ts';
import type { Trait } from './types.ts';

/** A key of rows as the two words they hold it in. */
export type SoughtKey = { readonly high: number; readonly low: number };

function soughtKey(text: string, digits: number): SoughtKey | undefined {
  if (text.length !== digits) return undefined;
  const high = readHex(text, 0, digits - 8);
  const low = readHex(text, digits - 8, 8);
  return high === undefined || low === undefined ? undefined : { high, low };
}

/** An identity to look for; undefined where no record can have it. */
export const soughtIdentity = (identity: string): SoughtKey | undefined => soughtKey(identity, 16);

/** A counterparty to look for; undefined where no record can have it, and where it is none. */
export function soughtCounterparty(counterparty: string): SoughtKey | undefined {
  const key = soughtKey(counterparty, 12);
  return key?.high === 0 && key.low === 0 ? undefined : key;
}

/** A country or channel to look for, never 0; undefined where no record can have it, and where it is none. */
export function soughtOrigin(trait: Extract<Trait, { kind: OriginKind }>): number | undefined {
  const number = trait.kind === 'country' ? countryNumber(trait.country) : trait.channel;
  return number === 0 ? undefined : number;
}
