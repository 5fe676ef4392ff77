import { join } from 'node:path';
import { loopbackHosts } from '../authority/development-authority.ts';
import { doorFilesOf } from './door-files.ts';
import { ensureServerCertificate } from './server-certificate.ts';

/** What the API of replays serves with, by the names of its own variables. */
type ReplayFiles = {
  /** That of the door: one list says who may do what. */
  readonly API_TOKENS_FILE: string;
  readonly API_TLS_CERT_FILE: string;
  readonly API_TLS_KEY_FILE: string;
};

/** Where the files are, whether they have been made or not. */
export const replayFilesOf = (home: string): ReplayFiles => ({
  API_TOKENS_FILE: doorFilesOf(home).DOOR_TOKENS_FILE,
  API_TLS_CERT_FILE: join(home, 'tls', 'replay.pem'),
  API_TLS_KEY_FILE: join(home, 'tls', 'replay-key.pem'),
});

/** Plans, checkpoints, sealed differences, manifests and reports of replays, on a laptop. */
export const replayFolder = (home: string): string => join(home, 'replays');

/** Gives the API a certificate of the development authority in `<home>/tls`, a new one at every start. */
export async function ensureReplayFiles(home: string): Promise<void> {
  const { API_TLS_CERT_FILE: certFile, API_TLS_KEY_FILE: keyFile } = replayFilesOf(home);
  const hosts = [...loopbackHosts, 'replay'];
  await ensureServerCertificate(home, { name: 'replay', hosts, certFile, keyFile });
}
