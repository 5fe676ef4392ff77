import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePayload, events, streams } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { makeTempFolder } from '@weir/testkit';
import { connectRole } from '../../../services/detection/src/fixtures/connect-role.ts';
import type { RoleConnections } from '../../../services/detection/src/fixtures/connect-role.ts';
import type { BenchContext } from '../bench-context.ts';
import { percentilesOf } from '../latency.ts';
import type { Percentiles } from '../latency.ts';
import {
  cpuPerTransaction,
  forgetPeakResident,
  loadAverage,
  peakResidentMbOf,
  round,
  usageOf,
} from '../process-usage.ts';
import { startAlertingRun } from './alerting-run.ts';
import type { AlertingRun } from './alerting-run.ts';
import { alertIdOf, writeHeld } from './held-feed.ts';
import type { HeldSource } from './held-feed.ts';

export type QuietFigures = {
  readonly held: number;
  /** From the held record on its topic until the inbox has the first mail about it. */
  readonly heldToMailMs: Percentiles;
  /** Of alerting, from the record to the mail. */
  readonly cpuMsPerHeld: number;
  readonly loadAverage: number;
};

export type StormFigures = {
  readonly held: number;
  readonly accounts: number;
  readonly writtenInSeconds: number;
  /** From the first held record until the store has the last. */
  readonly takenInSeconds: number;
  /** Of alerts.v1: alerts, and the transactions that their last revisions name. */
  readonly alerts: number;
  readonly transactionsInAlerts: number;
  /** Mails by the time the last was taken in, and when the looking ended. */
  readonly mailsWhenTakenIn: number;
  readonly mails: number;
  readonly notifications: number;
  readonly summaries: number;
  /** Of the alerts that a mail told in detail. */
  readonly heldToMailMs: Percentiles;
  readonly alertsInDetail: number;
  /** Alerts told by what means soever, until so long after the first record. */
  readonly toldWithinSeconds: number | null;
  readonly alertsTold: number;
  /** Plans that were made anew, because what they rested on had changed. */
  readonly plansDropped: number;
  /** The most that getting ready took, what was left of it when the storm began, and the most in the storm. */
  readonly peakResidentMbToReady: number;
  readonly residentMbBefore: number;
  readonly peakResidentMb: number;
  readonly cpuMsPerHeld: number;
  readonly loadAverage: number;
};

export type AlertsResults = { readonly quiet: QuietFigures; readonly storm: StormFigures };

/**
 * (h): how soon a held transaction is a mail when little happens, and what a storm of them does: how long
 * taking it in takes, how few mails come of it, how much memory it needs, and whether an alert is lost.
 */
export async function runAlerts(context: BenchContext): Promise<AlertsResults> {
  const { settings, stack } = context;
  const detection = connectRole('weir-bench-held', stack.roleEnvironment('detection'));
  stack.atClose(detection.close);
  const quiet = await measureQuiet(context, detection);
  const storm = await measureStorm(context, detection);
  return { quiet, storm };

  async function measureQuiet({ say }: BenchContext, { kafka, kms }: RoleConnections): Promise<QuietFigures> {
    const { quietHeld, quietPerSecond } = settings.alerts;
    const source: HeldSource = {
      name: 'quiet',
      id: 101,
      accounts: quietHeld,
      partitions: settings.partitions,
    };
    const run = await startAlertingRun(stack, { ROUTES_FILE: quietRoutes(), MAIL_TO: '' });
    try {
      await run.takenIn(settings.drainDeadlineMs);
      const load = loadAverage();
      const watched = [{ name: 'alerting', pid: run.worker.pid }];
      const usageBefore = usageOf(watched);
      const writtenAtMs = await writeHeld({
        ...{ source, count: quietHeld, perSecond: quietPerSecond, kafka },
        sealer: kms.sealerFor('held'),
      });
      await untilTold(run, source, quietHeld);
      const cpuMsPerHeld = cpuPerTransaction(usageBefore, usageOf(watched), quietHeld)['total'] ?? Number.NaN;
      const told = firstTold(await run.mails());
      const heldToMailMs = percentilesOf(
        Array.from(writtenAtMs, (atMs, number) => (told.get(alertIdOf(source, number)) ?? Number.NaN) - atMs),
      );
      say(
        `(h) ${quietHeld} held, ${quietPerSecond} a second: mail after p50 ${heldToMailMs.p50} ms, p99 ${heldToMailMs.p99} ms`,
      );
      return { held: quietHeld, heldToMailMs, cpuMsPerHeld, loadAverage: load };
    } finally {
      await run.stop();
    }
  }

  /** Mails about what was held before may come as well: each of these alerts has to have one. */
  async function untilTold(run: AlertingRun, source: HeldSource, count: number): Promise<void> {
    const endsAtMs = performance.now() + settings.drainDeadlineMs;
    const ids = Array.from({ length: count }, (_, number) => alertIdOf(source, number));
    for (;;) {
      const told = firstTold(await run.mails());
      if (ids.every((id) => told.has(id))) return;
      if (performance.now() > endsAtMs) throw new Error(`not each of ${count} alerts was mailed in time`);
      await sleep(200);
    }
  }

  async function measureStorm({ say }: BenchContext, { kafka, kms }: RoleConnections): Promise<StormFigures> {
    const { stormHeld: held, stormAccounts: accounts, stormSeconds, watchSeconds } = settings.alerts;
    const source: HeldSource = { name: 'storm', id: 102, accounts, partitions: settings.partitions };
    const alertsFrom = new Map(
      (await kafka.offsets(streams.alerts.topic)).map(({ partition, end }) => [partition, end]),
    );
    const run = await startAlertingRun(stack, { MAIL_TO: 'analyst@localhost' });
    try {
      // V8 makes the embedded database faster in its first seconds, and takes hundreds of MB to do it.
      await sleep(settleMs);
      const peakResidentMbToReady = round(peakResidentMbOf(run.worker.pid), 1);
      forgetPeakResident(run.worker.pid);
      const residentMbBefore = round(peakResidentMbOf(run.worker.pid), 1);
      const load = loadAverage();
      const watched = [{ name: 'alerting', pid: run.worker.pid }];
      const before = usageOf(watched);
      const beginMs = performance.now();
      const secondsSoFar = (): number => round((performance.now() - beginMs) / 1_000, 1);
      const writtenAtMs = await writeHeld({
        ...{ source, count: held, perSecond: held / stormSeconds, kafka },
        sealer: kms.sealerFor('held'),
      });
      const writtenInSeconds = secondsSoFar();
      say(`(h) ${held} held transactions of ${accounts} accounts written in ${writtenInSeconds} s`);
      await run.takenIn(settings.drainDeadlineMs);
      const takenInSeconds = secondsSoFar();
      const mailsWhenTakenIn = (await run.mails()).length;
      say(`(h) taken in after ${takenInSeconds} s, with ${mailsWhenTakenIn} mails`);
      const told = (): Promise<number> => run.metric('alerts_told_total');
      while ((await told()) < accounts && secondsSoFar() < watchSeconds) await sleep(1_000);
      const alertsTold = await told();
      const toldWithinSeconds = alertsTold < accounts ? null : secondsSoFar();
      const usage = usageOf(watched);
      const mails = await run.mails();
      const firstAtMs = firstTold(mails);
      const latencies = Array.from({ length: accounts }, (_, account) => {
        const atMs = firstAtMs.get(alertIdOf(source, account));
        return atMs === undefined ? [] : [atMs - (writtenAtMs[account] ?? Number.NaN)];
      }).flat();
      const figures: StormFigures = {
        ...{
          held,
          accounts,
          writtenInSeconds,
          takenInSeconds,
          mailsWhenTakenIn,
          toldWithinSeconds,
          alertsTold,
        },
        ...(await alertsOf(alertsFrom)),
        mails: mails.length,
        notifications: await run.metric('notifications_total'),
        summaries: await run.metric('notifications_total', 'summary'),
        heldToMailMs: percentilesOf(latencies),
        alertsInDetail: latencies.length,
        plansDropped: await run.metric('notification_plans_dropped_total'),
        peakResidentMbToReady,
        residentMbBefore,
        peakResidentMb: round(peakResidentMbOf(run.worker.pid), 1),
        cpuMsPerHeld: cpuPerTransaction(before, usage, held)['total'] ?? Number.NaN,
        loadAverage: load,
      };
      say(
        `(h) ${figures.alerts} alerts of ${figures.transactionsInAlerts} transactions, ${figures.mails} mails ` +
          `(${figures.summaries} summaries), ${alertsTold} alerts told after ${secondsSoFar()} s, ` +
          `${figures.peakResidentMb} MiB at most, ${figures.cpuMsPerHeld} CPU-ms per held transaction`,
      );
      return figures;
    } finally {
      await run.stop();
    }
  }

  /** The last revision of each alert, read as ops would. */
  async function alertsOf(
    from: ReadonlyMap<number, number>,
  ): Promise<Pick<StormFigures, 'alerts' | 'transactionsInAlerts'>> {
    const ops = connectRole('weir-bench-ops', stack.roleEnvironment('ops'));
    try {
      const last = new Map<string, KafkaRecord>();
      await ops.kafka.readRange({
        topic: streams.alerts.topic,
        from,
        readCommitted: true,
        deadlineMs: settings.drainDeadlineMs,
        onRecord: (record) => {
          if (String(record.headers['ce_type']) === events.alert.type) last.set(String(record.key), record);
        },
      });
      const opened = await openEvents({ opener: ops.kms.opener, stream: 'alerts', environment: 'local' }, [
        ...last.values(),
      ]);
      const counts = opened.map((one) => {
        const payload = one.ok ? decodePayload(events.alert, one.plaintext) : undefined;
        if (payload?.ok !== true) throw new Error('a revision of an alert can not be read');
        return payload.value.entryCount ?? 0;
      });
      return { alerts: counts.length, transactionsInAlerts: counts.reduce((sum, count) => sum + count, 0) };
    } finally {
      await ops.close();
    }
  }
}

/** So long a process that is ready is left alone before it is looked at. */
const settleMs = 5_000;

/** When each alert was first told in detail by a mail, in ms since the epoch. */
function firstTold(mails: Awaited<ReturnType<AlertingRun['mails']>>): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { atMs, alertIds } of mails.toSorted((one, other) => one.atMs - other.atMs))
    for (const alertId of alertIds) if (!first.has(alertId)) first.set(alertId, atMs);
  return first;
}

/** One receiver that every alert goes to at once, and so many that no limit holds one back. */
function quietRoutes(): string {
  const path = join(makeTempFolder('bench-routes'), 'routes.yaml');
  writeFileSync(
    path,
    `receivers:
  - { id: analysts, channel: mail, to: [analyst@localhost], rateLimit: { most: 1000, perMinutes: 1 } }
routes:
  - { id: all, to: [analysts], groupBy: alert, waitSeconds: 0 }
`,
  );
  return path;
}
