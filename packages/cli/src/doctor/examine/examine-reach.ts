import { connect } from 'node:net';
import { skipped } from '../check.ts';
import type { Check } from '../check.ts';
import type { Instruments } from '../instruments.ts';
import { judgeMail } from '../judge/judge-reach.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import { configWith, isLoopback } from '../patient.ts';
import type { Patient } from '../patient.ts';
import { judged, probe } from '../probed.ts';
import { probeMail } from '../probe/probe-mail.ts';
import { probeTls } from '../probe/probe-tls.ts';

export const examineReach = async (patient: Patient, instruments: Instruments): Promise<readonly Check[]> =>
  (await Promise.all([examineMail(patient), examineWebhook(patient, instruments)])).flat();

async function examineMail(patient: Patient): Promise<readonly Check[]> {
  const found = configWith(patient, 'SMTP_URL');
  if (found === undefined) return [skipped('mail.relay', 'no role that is looked at has an SMTP_URL')];
  const greeted = await probe(() => probeMail(found.value));
  const mend = 'Start the relay, or correct SMTP_URL; mails wait in the meantime and none is lost.';
  return judged('mail.relay', greeted, mend, (facts) => [judgeMail(facts, isLoopback([found.value]))]);
}

async function examineWebhook(patient: Patient, { nowMs }: Instruments): Promise<readonly Check[]> {
  const found = configWith(patient, 'WEBHOOK_URL');
  if (found === undefined)
    return [skipped('webhook.reachable', 'no role that is looked at has a WEBHOOK_URL')];
  const { protocol, hostname, port } = new URL(found.value);
  const ca = found.config.WEBHOOK_CA_FILE;
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const reached = await probe(() =>
    protocol === 'https:'
      ? probeTls({ host, port: port === '' ? 443 : Number(port), ...(ca === undefined ? {} : { ca }) })
      : connectOnce(host, port === '' ? 80 : Number(port)),
  );
  const mend = 'Look at the receiver, WEBHOOK_URL and WEBHOOK_CA_FILE; alerts wait for it in the meantime.';
  return judged('webhook.reachable', reached, mend, (tls) => [
    judgeTls('webhook.reachable', { nowMs: nowMs(), isLoopback: isLoopback([found.value]), tls }, mend),
  ]);
}

async function connectOnce(host: string, port: number): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const socket = connect({ host, port });
  socket.setTimeout(4_000, () => socket.destroy(new Error('no answer in time')));
  socket.once('error', reject);
  socket.once('connect', () => resolve(undefined));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
