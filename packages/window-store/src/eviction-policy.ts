import { WeirError } from '@weir/contracts';
import type { Redis } from 'ioredis';

/** Throws WeirError `redis_policy_unsafe` for a policy that would let a Redis forget windows by itself. */
export function requireSafePolicy(policy: string | undefined): void {
  if (policy === 'noeviction') return;
  throw new WeirError(
    'redis_policy_unsafe',
    `This Redis has maxmemory-policy ${policy ?? 'unknown'}: it would forget windows under pressure. Set noeviction`,
  );
}

/** Asks by INFO, since managed services forbid CONFIG. An answer that doesn't say is no promise. */
export async function requireNoEviction(node: Redis): Promise<void> {
  requireSafePolicy(infoField(await node.info('memory'), 'maxmemory_policy'));
}

/** The value of one field of an INFO answer. */
export const infoField = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
