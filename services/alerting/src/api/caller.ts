import type { ApiCaller } from '@weir/access';
import { systemTenant } from '@weir/contracts';
import type { Actor } from '@weir/alerts';

export const actorOf = ({ token }: ApiCaller): Actor => ({ kind: 'token', name: token.name });

/** Whose alerts a caller sees; undefined: everybody's. */
export const tenantSeenBy = ({ token }: ApiCaller): string | undefined =>
  token.tenant === systemTenant ? undefined : token.tenant;

export const maySee = (caller: ApiCaller, tenant: string): boolean => {
  const seen = tenantSeenBy(caller);
  return seen === undefined || seen === tenant;
};
