import { isIP } from 'node:net';
import { createAddressGuard, isLoopbackHost, withoutBrackets } from './address-guard.ts';

/**
 * What is wrong with a URL that is posted to, or undefined. Finds everything that
 * can be known without asking DNS. Never repeats the URL: its path is often a secret.
 */
export function postUrlProblem(text: string, allow: readonly string[]): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return 'expected a URL with a host';
  if (url.username !== '' || url.password !== '') return 'expected no user and password';
  if (url.hash !== '') return 'expected no fragment';
  const host = withoutBrackets(url.hostname);
  const isLoopback = isLoopbackHost(host);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))
    return 'expected https, or http to a loopback address';
  const address = isIP(host) !== 0 ? host : isLoopback ? '127.0.0.1' : undefined;
  if (address !== undefined && createAddressGuard(allow).refuses(host, address))
    return 'the address is private or reserved, and not among those that are allowed';
  return undefined;
}
