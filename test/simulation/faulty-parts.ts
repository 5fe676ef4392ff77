import { artefactName, streams } from '@weir/contracts';
import type { KafkaRecord, PartitionTransactions } from '@weir/kafka';
import type { ListInForce } from '@weir/verdicts';
import type { WindowStore } from '@weir/windows';
import type { DetectionParts } from '../../services/detection/src/detection-parts.ts';
import type { FaultyAlerting } from './alerting-worker.ts';
import type { FaultyParts, FaultyReleases } from './detection-worker.ts';
import { markedLists } from './published-rules.ts';
import { detectionGroup, releasesGroup } from './world.ts';

const { topic } = streams.received;

const withStore =
  (change: (store: WindowStore) => Partial<WindowStore>): FaultyParts =>
  (parts) => ({
    ...parts,
    openStore: async (log) => {
      const store = await parts.openStore(log);
      return { ...store, ...change(store) };
    },
  });

const withTransactions = (
  parts: DetectionParts,
  change: (transactions: PartitionTransactions, partition: number) => Partial<PartitionTransactions>,
): DetectionParts => ({
  ...parts,
  openTransactions: (partition) => {
    const transactions = parts.openTransactions(partition);
    return { ...transactions, ...change(transactions, partition) };
  },
});

/** Detection as it is, with faulty parts where people's releases are settled. */
const withReleases = (releases: FaultyReleases): FaultyParts =>
  Object.assign((parts: DetectionParts) => parts, { releases });

const withAlerting = (alerting: FaultyAlerting): FaultyParts =>
  Object.assign((parts: DetectionParts) => parts, { alerting });

const otherVersionOf = (list: ListInForce): ListInForce | undefined =>
  markedLists.find(({ inForce: { ref } }) => ref !== list.ref && artefactName(ref) === artefactName(list.ref))
    ?.inForce;

/**
 * Mistakes that cost or double a verdict only when something goes wrong at the
 * right moment, and one that is made always, so that its journal, its outputs and
 * an undisturbed run agree. Each breaks one sentence of the design; the
 * simulation has to see every one of them.
 */
export const faultyParts = {
  'a transactional id of its own for each process, which fences nobody': (parts, kafka, process) => ({
    ...parts,
    openTransactions: (partition) =>
      kafka.createPartitionTransactions({
        transactionalId: `detection-${partition}-${process.name}`,
        groupId: detectionGroup,
      }),
  }),
  'a take-over that reads what is published before it fences': (parts, kafka) => {
    const journalEnds = new Map<number, KafkaRecord | undefined>();
    return {
      ...withTransactions(parts, (transactions, partition) => {
        let found: Awaited<ReturnType<PartitionTransactions['committed']>>;
        return {
          fence: async () => {
            const positions = await kafka.groupPositions(detectionGroup, topic);
            const { next, metadata = '' } = positions.find((one) => one.partition === partition) ?? {};
            found = next === undefined ? undefined : { next, metadata };
            journalEnds.set(partition, await parts.lastJournalRecord(partition));
            await transactions.fence();
          },
          committed: async () => found,
        };
      }),
      lastJournalRecord: async (partition) => journalEnds.get(partition),
    };
  },
  'a KMS that is away taken for a record that can not be opened': (parts) => ({
    ...parts,
    opening: {
      ...parts.opening,
      opener: {
        ...parts.opening.opener,
        open: (items) =>
          parts.opening.opener
            .open(items)
            .catch(() => items.map(() => ({ ok: false, reason: 'authentication_failed' }))),
      },
    },
  }),
  'a good record that is always refused': (parts) => ({
    ...parts,
    opening: {
      ...parts.opening,
      opener: {
        ...parts.opening.opener,
        open: async (items) =>
          (await parts.opening.opener.open(items)).map((outcome) =>
            outcome.ok && String(outcome.plaintext).includes('"country":"FR"')
              ? { ok: false, reason: 'authentication_failed' }
              : outcome,
          ),
      },
    },
  }),
  'a judge that is kept when another model comes into force': (parts) => {
    const kept = new Map<string, ReturnType<DetectionParts['resolveJudge']>>();
    return {
      ...parts,
      resolveJudge: (inForce, plan) => {
        const key = `${inForce.versions.ruleset} ${plan.ref}`;
        const judge = kept.get(key) ?? parts.resolveJudge(inForce, plan);
        kept.set(key, judge);
        return judge;
      },
    };
  },
  'a canary that decides other accounts than its own': (parts) => ({
    ...parts,
    resolveJudge: (inForce, plan) => {
      const { candidate } = inForce;
      if (candidate?.rollout.stage !== 'canary') return parts.resolveJudge(inForce, plan);
      const rollout = { ...candidate.rollout, percent: 100 - candidate.rollout.percent };
      return parts.resolveJudge({ ...inForce, candidate: { ...candidate, rollout } }, plan);
    },
  }),
  // Whichever version is in force: few workers live to see two of them.
  'a list that is asked on when another version of it is in force': (parts) => ({
    ...parts,
    resolveJudge: (inForce, plan) => {
      const lists = inForce.lists?.map((list) => otherVersionOf(list) ?? list);
      return parts.resolveJudge(lists === undefined ? inForce : { ...inForce, lists }, plan);
    },
  }),
  'a take-over that forgets the candidate': (parts) =>
    withTransactions(parts, (transactions) => ({
      committed: async (at, partition) => {
        const found = await transactions.committed(at, partition);
        if (found === undefined) return undefined;
        const { candidate: _forgotten, ...kept } = JSON.parse(found.metadata) as Record<string, unknown>;
        return { ...found, metadata: JSON.stringify(kept) };
      },
    })),
  'a lost account taken for a new one': withStore((store) => ({
    load: async (partition, accounts) => {
      const loaded = new Map<string, readonly Uint8Array[]>();
      for (const account of accounts) {
        const one = await store.load(partition, [account]).catch(() => new Map<string, Uint8Array[]>());
        for (const [name, pieces] of one) loaded.set(name, pieces);
      }
      return loaded;
    },
  })),
  'releases whose take-over forgets what was released': withReleases((parts) => ({
    ...parts,
    readReleases: async () => undefined,
  })),
  'releases that fence nobody': withReleases((parts, kafka, process) => ({
    ...parts,
    openTransactions: (partition) =>
      kafka.createPartitionTransactions({
        transactionalId: `releases-${partition}-${process.name}`,
        groupId: releasesGroup,
      }),
  })),
  'an outbox that is published from where the store begins': withAlerting((parts) => ({
    ...parts,
    openOutbox: () => ({ ...parts.openOutbox(), committed: async () => undefined }),
  })),
  'a delivery that is settled before it is sent': withAlerting((parts, process) => ({
    ...parts,
    store: {
      ...parts.store,
      claimDeliveries: async (claim) => {
        const claimed = await parts.store.claimDeliveries(claim);
        for (const one of claimed)
          await parts.store.settleDelivery(process.name, { ...one, state: 'delivered', leasedUntilMs: null });
        return claimed;
      },
    },
  })),
  'a message that says who sends it': withAlerting((parts, process) => ({
    ...parts,
    send: (message) =>
      parts.send({
        ...message,
        notification: { ...message.notification, environment: process.name },
      }),
  })),
} satisfies Readonly<Record<string, FaultyParts>>;
