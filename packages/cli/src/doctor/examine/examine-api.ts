import { readState } from '@weir/local';
import { skipped } from '../check.ts';
import type { Check } from '../check.ts';
import type { Instruments } from '../instruments.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import type { Patient } from '../patient.ts';
import { judged, probe } from '../probed.ts';
import { probeTls } from '../probe/probe-tls.ts';
import { addressOfUrl, nearest } from './listening-address.ts';
import type { ListeningAddress } from './listening-address.ts';

type Api = {
  readonly id: 'alerts.certificate' | 'replay.certificate';
  readonly called: string;
  readonly role: 'alerting' | 'replay';
  readonly address: string;
  /** Where it listens unless something else is said, as its reference says. */
  readonly usualPort: string;
};

export const alertsApi: Api = {
  id: 'alerts.certificate',
  called: 'API of alerts',
  role: 'alerting',
  address: 'ALERTS_URL',
  usualPort: '19105',
};

export const replaysApi: Api = {
  id: 'replay.certificate',
  called: 'API of replays',
  role: 'replay',
  address: 'REPLAYS_URL',
  usualPort: '19107',
};

/** Where the API is: as the running stack or the worker's own variables say. Without a certificate it is on loopback alone. */
function addressOf(patient: Patient, api: Api): ListeningAddress | undefined {
  const local = patient.home === undefined ? undefined : readState(patient.home)?.addresses[api.address];
  if (local !== undefined) return addressOfUrl(local);
  const config = patient.roles.get(api.role);
  const port = Number(config?.API_PORT ?? api.usualPort);
  return config?.API_TLS_CERT_FILE === undefined || port === 0
    ? undefined
    : { host: nearest(config.API_HOST), port };
}

/** Looks at an API as its callers meet it. */
export async function examineApi(
  api: Api,
  patient: Patient,
  { nowMs }: Pick<Instruments, 'nowMs'>,
): Promise<readonly Check[]> {
  const { id, called, role } = api;
  const address = addressOf(patient, api);
  if (address === undefined)
    return [skipped(id, `no ${called} runs here, and ${role} isn't looked at with an API_TLS_CERT_FILE`)];
  // Which authority its callers trust is theirs to say.
  const tls = await probe(() => probeTls(address, 'any'));
  const mend = `Start ${role} with API_TOKENS_FILE, API_TLS_CERT_FILE and API_TLS_KEY_FILE, and look at its log.`;
  return judged(id, tls, mend, (facts) => [
    judgeTls(id, { nowMs: nowMs(), isLoopback: false, tls: facts }, mend),
  ]);
}
