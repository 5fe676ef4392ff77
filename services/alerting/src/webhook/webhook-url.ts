import { isIP } from 'node:net';
import { createAddressGuard, isLoopbackHost, withoutBrackets } from './address-guard.ts';

/**
 * What is wrong with WEBHOOK_URL, or undefined. Finds everything that can be
 * known without asking DNS. Never repeats the URL: its path is often a secret.
 */
export function webhookUrlProblem(text: string, allow: readonly string[]): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return 'expected a URL with a host';
  if (url.username !== '' || url.password !== '')
    return 'expected no user and password; the signature says who calls';
  if (url.hash !== '') return 'expected no fragment';
  const host = withoutBrackets(url.hostname);
  const isLoopback = isLoopbackHost(host);
  if (url.protocol === 'http:' && !isLoopback) return 'expected https, or http to a loopback address';
  const address = isIP(host) !== 0 ? host : isLoopback ? '127.0.0.1' : undefined;
  if (address !== undefined && createAddressGuard(allow).refuses(host, address))
    return 'the address is private or reserved; WEBHOOK_ALLOW_PRIVATE can allow it';
  return undefined;
}
