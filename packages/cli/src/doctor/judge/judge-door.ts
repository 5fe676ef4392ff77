import type { AccessToken } from '@weir/contracts';
import { ok, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inDays, limits } from '../limits.ts';

/** Names the tokens that have ended or end soon; never what they are. */
export function judgeTokens(
  tokens: readonly Pick<AccessToken, 'name' | 'expiresAt'>[],
  nowMs: number,
): Check {
  const left = tokens
    .filter(({ expiresAt }) => expiresAt !== null)
    .map(({ name, expiresAt }) => ({ name, leftMs: Date.parse(expiresAt ?? '') - nowMs }));
  const names = (chosen: typeof left): string => chosen.map(({ name }) => name).join(', ');
  const ended = left.filter(({ leftMs }) => leftMs <= 0);
  const soon = left.filter(({ leftMs }) => leftMs > 0 && leftMs < limits.tokenWarnMs);
  if (ended.length > 0)
    return warn(
      'door.tokens',
      `expired: ${names(ended)}`,
      'Give their holders new ones (npx weir tokens add) and take these away (npx weir tokens revoke).',
    );
  if (soon.length > 0)
    return warn(
      'door.tokens',
      `expire within ${inDays(limits.tokenWarnMs)}: ${names(soon)}`,
      'Give their holders new ones in time: npx weir tokens add.',
    );
  return ok('door.tokens', `${tokens.length} tokens, none of which expires soon`);
}
