import { maskAccount } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';

/**
 * A person's or a company's name as it may stand in a mail: its first letter
 * and dots. Their number says nothing about the length of the name.
 */
function maskName(name: string): string {
  const [first = ''] = name.trim();
  return /^[\p{L}\p{N}]$/u.test(first) && [...name.trim()].length > 1 ? `${first}•••` : '•••';
}

/** The other side of a transaction, or undefined where its sender named none. */
export function maskCounterparty({ counterparty }: Transaction): string | undefined {
  const parts = [
    ...(counterparty?.name === undefined ? [] : [maskName(counterparty.name)]),
    ...(counterparty?.account === undefined ? [] : [maskAccount(counterparty.account)]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** A field path or a topic in the shape ours have; anything else was chosen by a stranger and is not repeated. */
export const plainName = (text: string): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(text) && !/\d{8}/.test(text) ? text : undefined;
