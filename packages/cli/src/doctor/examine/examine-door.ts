import { existsSync } from 'node:fs';
import { doorFilesOf, readState } from '@weir/local';
import { skipped } from '../check.ts';
import type { Check } from '../check.ts';
import type { Instruments } from '../instruments.ts';
import { judgeTokens } from '../judge/judge-door.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import { configWith } from '../patient.ts';
import type { Patient } from '../patient.ts';
import { judged, probe } from '../probed.ts';
import { probeTls } from '../probe/probe-tls.ts';
import { addressOfUrl, nearest } from './listening-address.ts';
import type { ListeningAddress } from './listening-address.ts';
import { readTokens } from '../../tokens/tokens-file.ts';

export const examineDoor = async (patient: Patient, instruments: Instruments): Promise<readonly Check[]> =>
  (await Promise.all([examineCertificate(patient, instruments), examineTokens(patient, instruments)])).flat();

/** Where the door is: as the running stack or the worker's own variables say. */
function addressOf(patient: Patient): ListeningAddress | undefined {
  const local = patient.home === undefined ? undefined : readState(patient.home)?.addresses['DOOR_URL'];
  if (local !== undefined) return addressOfUrl(local);
  const found = configWith(patient, 'DOOR_PORT');
  if (found === undefined || Number(found.value) === 0) return undefined;
  return { host: nearest(found.config.DOOR_HOST), port: Number(found.value) };
}

async function examineCertificate(patient: Patient, { nowMs }: Instruments): Promise<readonly Check[]> {
  const address = addressOf(patient);
  if (address === undefined)
    return [skipped('door.certificate', 'no door runs here, and no role that is looked at has a DOOR_PORT')];
  // Which authority its callers trust is theirs to say.
  const tls = await probe(() => probeTls(address, 'any'));
  const mend = 'Start ingest with MODE=serve, DOOR_TLS_CERT_FILE and DOOR_TLS_KEY_FILE, and look at its log.';
  return judged('door.certificate', tls, mend, (facts) => [
    judgeTls('door.certificate', { nowMs: nowMs(), isLoopback: false, tls: facts }, mend),
  ]);
}

async function examineTokens(patient: Patient, { nowMs }: Instruments): Promise<readonly Check[]> {
  const path =
    patient.home === undefined
      ? (configWith(patient, 'DOOR_TOKENS_FILE') ?? configWith(patient, 'API_TOKENS_FILE'))?.value
      : doorFilesOf(patient.home).DOOR_TOKENS_FILE;
  if (path === undefined || !existsSync(path))
    return [skipped('door.tokens', 'no tokens have been made: npx weir tokens add')];
  const tokens = await probe(async () => readTokens(path));
  const mend =
    'Bring back a copy of the tokens file, or remove it and give out new tokens (npx weir tokens add).';
  return judged('door.tokens', tokens, mend, (found) => [judgeTokens(found, nowMs())]);
}
