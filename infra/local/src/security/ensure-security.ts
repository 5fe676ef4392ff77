import { X509Certificate, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  createDevelopmentAuthority,
  loopbackHosts,
  openDevelopmentAuthority,
} from '../authority/development-authority.ts';
import type { CertificateRequest, DevelopmentAuthority } from '../authority/development-authority.ts';
import { ensurePrivateFolder } from '../home.ts';
import { innerFolder, keyStoreFile } from '../kafka/kafka-settings.ts';
import { writeRedisUsers } from '../redis/redis-security.ts';
import { writePrivateFile } from '../write-private-file.ts';
import { clientNames, partyFiles, serverNames } from './secured-parties.ts';
import type { ClientName, PartyName, ServerName, StackSecurity } from './secured-parties.ts';

const passwordBytes = 32;
const renewalMs = 30 * 86_400_000;
const passwordFile = z.partialRecord(z.enum(clientNames), z.string());

/**
 * Makes what the parts of a stack prove themselves with: a folder for each party
 * in `folder` with its certificate, its key and the authority's certificate, new
 * at each call but for the broker's to itself, and passwords in `<home>/keys/passwords.json`, which stay, since
 * Kafka learns them once. Every file is 0600.
 *
 * `hostsOf` says by which names beside this machine's own a server is reached.
 */
export async function ensureSecurity(options: {
  readonly home: string;
  readonly folder: string;
  readonly hostsOf?: (server: ServerName) => readonly string[];
}): Promise<StackSecurity> {
  const { home, folder, hostsOf = () => [] } = options;
  const authority = await openDevelopmentAuthority(join(home, 'tls'));
  const folderOf = (party: PartyName): string => ensurePrivateFolder(folder, party);
  for (const name of serverNames) {
    const hosts = [...loopbackHosts, ...hostsOf(name)];
    // Whether Redis serves is asked in its own name.
    await equip(folderOf(name), authority, { name, hosts, use: name === 'redis' ? 'peer' : 'server' });
  }
  for (const name of clientNames) await equip(folderOf(name), authority, { name, use: 'client' });
  // What the broker shows to itself is signed by an authority whose key is thrown away: nobody else can have it.
  await equipInner(ensurePrivateFolder(innerFolder(folderOf('kafka'))));
  const made = securityIn(home, folder);
  writeRedisUsers(folderOf('redis'), made.passwords.detection);
  return made;
}

/** What an earlier `ensureSecurity` made. */
export function securityIn(home: string, folder: string): StackSecurity {
  const folderOf = (party: PartyName): string => ensurePrivateFolder(folder, party);
  return { folderOf, passwords: ensurePasswords(home) };
}

/**
 * What the broker shows itself stays, since a broker that runs goes on with what it read: whoever asks by that
 * listener whether it serves must show the same. Made anew where its time draws to an end, for the next start.
 */
async function equipInner(folder: string): Promise<void> {
  const whole = keyStoreFile(folder);
  if (existsSync(whole)) {
    const endsMs = Date.parse(new X509Certificate(readFileSync(whole)).validTo);
    if (endsMs > Date.now() + renewalMs) return;
  }
  // It is written last, and so stands for all of them.
  rmSync(whole, { force: true });
  await equip(folder, await createDevelopmentAuthority(), { name: 'kafka', use: 'peer' });
}

/** Gives a party a new certificate, in the files it looks for. */
async function equip(
  folder: string,
  authority: DevelopmentAuthority,
  request: CertificateRequest,
): Promise<void> {
  const files = partyFiles(folder);
  const { certPem, keyPem } = await authority.issue(request);
  writePrivateFile(files.ca, authority.caPem);
  writePrivateFile(files.cert, certPem);
  writePrivateFile(files.key, keyPem);
  if (request.name === 'kafka') writePrivateFile(keyStoreFile(folder), keyPem + certPem);
}

/** Where the passwords of a stack lie, once it is secured. */
export const passwordsFile = (home: string): string => join(home, 'keys', 'passwords.json');

function ensurePasswords(home: string): Readonly<Record<ClientName, string>> {
  ensurePrivateFolder(home, 'keys');
  const file = passwordsFile(home);
  const known = existsSync(file) ? passwordFile.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
  const passwords = Object.fromEntries(
    clientNames.map((name) => [name, known[name] ?? randomBytes(passwordBytes).toString('base64url')]),
  ) as Record<ClientName, string>;
  writePrivateFile(file, `${JSON.stringify(passwords, null, 2)}\n`);
  return passwords;
}
