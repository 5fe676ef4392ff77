import { WeirError } from '@weir/contracts';

/** What both drivers say of an error: a code of PostgreSQL, or of the system. */
type Coded = { readonly code?: unknown; readonly constraint?: unknown };

/** Another transaction was in the way: the same work may pass now. */
const conflicts: ReadonlySet<string> = new Set(['40001', '40P01']);

/**
 * Out of reach, or out of what it needs: connections (08), resources (53), the system (58), being shut down or
 * cancelled (57), following another that may be written to (25006), and the waits that are bounded: for a lock and
 * between statements.
 */
const unavailable = /^(?:08|53|57|58)|^(?:25006|55P03|25P03|25P04)$/;

/** A page or an index that isn't what was written. */
const damaged = /^XX00[12]$/;

/** Signing in and what may be done: somebody has to mend the configuration. */
const refused = /^28|^(?:3D000|42501)$/;

export const isConflict = (error: unknown): boolean => conflicts.has(codeOf(error) ?? '');

/**
 * What a driver's error means to Weir. Its own text and details are left out, for they quote rows: what is
 * left of a bug is its code and the constraint's name.
 */
export function explainDatabaseError(error: unknown): Error {
  if (error instanceof WeirError) return error;
  const code = codeOf(error);
  if (code === undefined || isSystemCode(code) || unavailable.test(code) || conflicts.has(code))
    return new WeirError(
      'store_unavailable',
      `The database of the alerts gave no answer (${code ?? 'connection lost'}).`,
    );
  if (damaged.test(code))
    return new WeirError('store_other', `The database of the alerts is damaged (${code}).`);
  if (refused.test(code))
    return new WeirError(
      'config_invalid',
      `The database of the alerts refuses what DATABASE_URL says (${code}).`,
    );
  const { constraint } = error as Coded;
  const named = typeof constraint === 'string' && constraint !== '' ? `, ${constraint}` : '';
  return new Error(`The database of the alerts refused a statement (${code}${named}).`);
}

function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as Coded;
  return typeof code === 'string' ? code : undefined;
}

/** ECONNREFUSED and its like, and those of TLS. */
const isSystemCode = (code: string): boolean => /^(?:E[A-Z]{3,}|[A-Z]+_[A-Z_]+)$/.test(code);
