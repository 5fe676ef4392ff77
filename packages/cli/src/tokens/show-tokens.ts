import type { AccessToken } from '@weir/contracts';
import { table } from '../terminal/table.ts';

/** The tokens for a person; `nowMs` says which have expired. */
export function showTokens(tokens: readonly AccessToken[], nowMs: number): readonly string[] {
  if (tokens.length === 0) return ['There are no tokens. Make one with: npx weir tokens add NAME'];
  const rows = tokens.map(({ name, tenant, source, scopes, expiresAt, certificateSubject }) => [
    name,
    tenant,
    source,
    scopes.join(', '),
    expiresAt === null ? 'never' : Date.parse(expiresAt) <= nowMs ? `EXPIRED ${expiresAt}` : expiresAt,
    certificateSubject ?? 'any',
  ]);
  return table(['token', 'tenant', 'source', 'may', 'expires', 'certificate'], rows);
}
