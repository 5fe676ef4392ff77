import { hostname, userInfo } from 'node:os';
import type { AuditAct } from '@weir/audit';

/** Who types the command, and where: the account of the operating system, which nobody proved to be a person. */
export function actingPerson(): Pick<AuditAct, 'actor' | 'origin'> {
  return { actor: { kind: 'person', name: printable(accountName()) }, origin: printable(hostname()) };
}

/** An account may have no name, as in a container. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

const printable = (text: string): string => text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 256) || 'unknown';
