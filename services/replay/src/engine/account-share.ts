import { mostPasses } from './checkpoint.ts';
import type { ReplayPass } from './checkpoint.ts';

const longestBits = Math.log2(mostPasses);

/** Which of the accounts a pass takes: those whose hash ends in these bits, so many of them. */
type Share = Pick<ReplayPass, 'bits' | 'length'>;

/** Whether an account is in a share. */
export const isInShare = ({ bits, length }: Share, account: string): boolean =>
  length === 0 ? bits === 0 : (hashOf(account) & ((1 << length) - 1)) === bits;

/**
 * Cuts a share in two by the next bit of the hash: those who stay, and those who are taken in a pass of their own.
 * Undefined where it is as small as may be.
 */
export function splitShare({
  bits,
  length,
}: Share): { readonly stay: Share; readonly go: Share } | undefined {
  if (length >= longestBits) return undefined;
  return { stay: { bits, length: length + 1 }, go: { bits: bits | (1 << length), length: length + 1 } };
}

/** FNV-1a over the last characters of a pseudonym: it is an HMAC, so any of them are as good as random. */
function hashOf(account: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = Math.max(0, account.length - 8); index < account.length; index += 1)
    hash = Math.imul(hash ^ account.charCodeAt(index), 0x01_00_01_93);
  return (hash ^ (hash >>> 15)) >>> 0;
}
