import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { partyFiles } from '../security/secured-parties.ts';
import { writePrivateFile } from '../write-private-file.ts';

/** What the windows are kept with, and what the worker asks to be sure that they are safe there. */
const rightsOfDetection = '~* +@read +@write +@scripting +@connection -@dangerous +info +config|get +keys';

/** Settings by which a Redis speaks TLS 1.3 alone, to who shows a certificate of the authority. */
export const redisSecuritySettings = (folder: string, port: number): Readonly<Record<string, string>> => {
  const { ca, cert, key } = partyFiles(folder);
  return {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': cert,
    'tls-key-file': key,
    'tls-ca-cert-file': ca,
    'tls-auth-clients': 'yes',
    'tls-protocols': 'TLSv1.3',
    aclfile: aclFile(folder),
  };
};

/**
 * Writes who may do what: detection by its password, and who has none may ask
 * whether the server is there. In a file, since everybody may see a command line.
 */
export function writeRedisUsers(folder: string, password: string): void {
  const hash = createHash('sha256').update(password).digest('hex');
  writePrivateFile(
    aclFile(folder),
    `user default on nopass -@all +ping\nuser detection on #${hash} ${rightsOfDetection}\n`,
  );
}

const aclFile = (folder: string): string => join(folder, 'users.acl');
