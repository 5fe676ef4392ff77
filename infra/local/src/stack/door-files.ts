import { join } from 'node:path';
import { loopbackHosts } from '../authority/development-authority.ts';
import { ensureServerCertificate } from './server-certificate.ts';

/** What the HTTP door serves with, by the names of its own variables. */
type DoorFiles = {
  readonly DOOR_TOKENS_FILE: string;
  readonly DOOR_TLS_CERT_FILE: string;
  readonly DOOR_TLS_KEY_FILE: string;
  /** The development authority: what a caller checks the door's certificate against. */
  readonly DOOR_TLS_CLIENT_CA_FILE: string;
};

/** Where the files are, whether they have been made or not. */
export const doorFilesOf = (home: string): DoorFiles => ({
  DOOR_TOKENS_FILE: join(home, 'keys', 'tokens.json'),
  DOOR_TLS_CERT_FILE: join(home, 'tls', 'door.pem'),
  DOOR_TLS_KEY_FILE: join(home, 'tls', 'door-key.pem'),
  DOOR_TLS_CLIENT_CA_FILE: join(home, 'tls', 'ca.pem'),
});

/** Gives the door a certificate of the development authority in `<home>/tls`, a new one at every start. */
export async function ensureDoorFiles(home: string): Promise<void> {
  const { DOOR_TLS_CERT_FILE: certFile, DOOR_TLS_KEY_FILE: keyFile } = doorFilesOf(home);
  await ensureServerCertificate(home, { name: 'door', hosts: loopbackHosts, certFile, keyFile });
}
