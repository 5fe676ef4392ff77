import type { Readiness } from '../process/readiness.ts';
import { partyFiles } from '../security/secured-parties.ts';

/** How to see that a Redis serves: where it is secured, with its own certificate. */
export const redisReadiness = (port: number, securityFolder: string | undefined): Readiness =>
  securityFolder === undefined
    ? { kind: 'redis', port }
    : { kind: 'redis', port, tls: partyFiles(securityFolder) };
