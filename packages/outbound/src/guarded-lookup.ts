import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { AddressRefused } from './address-guard.ts';
import type { AddressGuard } from './address-guard.ts';

/** How many connections, given up by now, a lookup that doesn't end may keep in memory. */
const mostWaiting = 256;

/** Finds all addresses of a name. */
export type LookupAll = (
  hostname: string,
  options: { readonly all: true },
  answer: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks names up for connections. All addresses of a name have to be allowed: one that isn't shows that
 * the name is not to be trusted, and nothing is connected to.
 */
export function guardedLookup(
  refuses: AddressGuard['refuses'],
  lookup: LookupAll = systemLookup,
): LookupFunction {
  const shared = oneAtATime(lookup);
  return (hostname, options, answer) => {
    shared(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return answer(error, []);
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => refuses(hostname, address)))
        return answer(new AddressRefused(), []);
      return options.all === true ? answer(null, addresses) : answer(null, first.address, first.family);
    });
  };
}

/**
 * Shares one lookup among all who wait for it. The system looks names up on a few
 * threads that all connections of the process share: answers that never come to
 * the name of a receiver would else take all of them, and stop mails and Kafka too.
 */
function oneAtATime(lookup: LookupAll): LookupAll {
  let waiting: Parameters<LookupAll>[2][] = [];
  return (hostname, options, answer) => {
    if (waiting.length >= mostWaiting) return answer(lookupOverdue(), []);
    if (waiting.push(answer) > 1) return;
    lookup(hostname, options, (error, addresses) => {
      const answered = waiting;
      waiting = [];
      for (const one of answered) one(error, addresses);
    });
  };
}

const lookupOverdue = (): Error =>
  Object.assign(new Error('the lookup takes too long'), { code: 'EAI_AGAIN' });
