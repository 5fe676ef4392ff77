import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatInstant,
  systemTenant,
  tokenDigest,
  tokenFile,
  tokenRandomBytes,
  tokenText,
} from '@weir/contracts';
import type { AccessToken, TokenScope } from '@weir/contracts';
import { loopbackHosts } from '../authority/development-authority.ts';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';
import { doorFilesOf } from './door-files.ts';
import { ensureServerCertificate } from './server-certificate.ts';

/** What the API of alerts serves with, by the names of its own variables. */
type AlertsFiles = {
  /** That of the door: one list says who may do what. */
  readonly API_TOKENS_FILE: string;
  readonly API_TLS_CERT_FILE: string;
  readonly API_TLS_KEY_FILE: string;
};

/** Where the files are, whether they have been made or not. */
export const alertsFilesOf = (home: string): AlertsFiles => ({
  API_TOKENS_FILE: doorFilesOf(home).DOOR_TOKENS_FILE,
  API_TLS_CERT_FILE: join(home, 'tls', 'alerts.pem'),
  API_TLS_KEY_FILE: join(home, 'tls', 'alerts-key.pem'),
});

/** The embedded store of alerts, on a laptop. */
export const alertStoreFolder = (home: string): string => join(home, 'alerts');

/**
 * The tokens that commands use on this machine unless told otherwise: one works the alerts and runs replays, the
 * other approves what the first asked for. Whoever may read the home may act as both; beyond a laptop each person
 * has their own.
 */
export const localTokens = {
  analyst: {
    name: 'local-analyst',
    scopes: [
      'alerts:read',
      'alerts:act',
      'alerts:release',
      'alerts:operate',
      'replay:plan',
      'replay:run',
      'replay:read',
      'replay:export',
    ],
  },
  approver: {
    name: 'local-approver',
    scopes: ['alerts:read', 'alerts:approve', 'replay:approve', 'replay:read'],
  },
} as const satisfies Readonly<
  Record<string, { readonly name: string; readonly scopes: readonly TokenScope[] }>
>;

export type LocalToken = keyof typeof localTokens;

/** Where the text of a local token stands (0600). */
export const localTokenFile = (home: string, token: LocalToken): string =>
  join(home, 'keys', `${localTokens[token].name}.token`);

/** Gives the API a certificate of the development authority in `<home>/tls`, a new one at every start. */
export async function ensureAlertsFiles(home: string): Promise<void> {
  const { API_TLS_CERT_FILE: certFile, API_TLS_KEY_FILE: keyFile } = alertsFilesOf(home);
  const hosts = [...loopbackHosts, 'alerting'];
  await ensureServerCertificate(home, { name: 'alerts', hosts, certFile, keyFile });
}

/**
 * Makes the local tokens, once: one that was revoked since stays so, and one of an earlier release gets the
 * scopes of this one. A tokens file that isn't one, and one in which somebody else has the name, is left as it is.
 */
export function ensureLocalTokens(home: string, nowMs: number): void {
  for (const token of Object.keys(localTokens) as LocalToken[]) ensureLocalToken(home, token, nowMs);
}

function ensureLocalToken(home: string, token: LocalToken, nowMs: number): void {
  const textFile = localTokenFile(home, token);
  const { name, scopes } = localTokens[token];
  const { API_TOKENS_FILE } = alertsFilesOf(home);
  const known = tokenFile.safeParse(
    existsSync(API_TOKENS_FILE) ? jsonIn(API_TOKENS_FILE) : { version: 1, tokens: [] },
  );
  if (!known.success) return;
  const { tokens } = known.data;
  const write = (changed: readonly AccessToken[]): void =>
    writePrivateFile(API_TOKENS_FILE, `${JSON.stringify({ ...known.data, tokens: changed }, null, 2)}\n`);
  const named = tokens.find((one) => one.name === name);
  if (existsSync(textFile)) {
    const sha256 = tokenDigest(readFileSync(textFile, 'utf8').trim()).toString('hex');
    if (named?.sha256 !== sha256 || scopes.every((scope) => named.scopes.includes(scope))) return;
    write(tokens.map((one) => (one === named ? { ...one, scopes: [...scopes] } : one)));
    return;
  }
  if (named !== undefined) return;
  const text = tokenText(randomBytes(tokenRandomBytes));
  const made = {
    name,
    tenant: systemTenant,
    source: 'local',
    scopes: [...scopes],
    sha256: tokenDigest(text).toString('hex'),
    createdAt: formatInstant(nowMs),
    expiresAt: null,
    certificateSubject: null,
  };
  ensurePrivateFolder(home, 'keys');
  write([...tokens, made]);
  // Last: without it the token would be unknown to everybody, and with it alone it would be taken for revoked.
  writePrivateFile(textFile, `${text}\n`);
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
