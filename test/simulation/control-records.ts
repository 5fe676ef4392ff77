import { encodePayload, events, streams, systemTenant, writeEventHeaders } from '@weir/contracts';
import type { ControlRecord, Rollout } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import type { OutgoingRecord } from '@weir/kafka';
import type { Random } from '@weir/simulator';
import { planDigest } from '@weir/verdicts';
import { defaultWindowPlan } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import { drawnModels } from '../../services/detection/src/fixtures/drawn-models.ts';
import type { DrawnModel } from '../../services/detection/src/fixtures/drawn-models.ts';
import { publishedRuleset } from '../../services/detection/src/fixtures/ruleset-artefacts.ts';
import { pickAny } from './pick-any.ts';
import { markedLists, markedRulesets, rulesetDigest } from './published-rules.ts';
import type { MarkedList } from './published-rules.ts';
import { outsideLink } from './world.ts';
import type { Activation, World } from './world.ts';

/** What the simulation names as the source of the records it writes itself. */
export const ownSource = '/simulation';

const time = '2026-01-05T08:00:00.000Z';
const hourMs = 3_600_000;
const logPartition = 0;

/** Another plan the log may switch to: the same rules can decide under it. */
const widePlan: WindowPlan = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [
    { name: '1m', spanMs: hourMs / 60 },
    { name: '1h', spanMs: hourMs },
    { name: '6h', spanMs: 6 * hourMs },
    ...defaultWindowPlan.spans.slice(2),
  ] as unknown as WindowPlan['spans'],
};

/** The plans a log may decide under. */
export const plans: readonly [WindowPlan, WindowPlan] = [defaultWindowPlan, widePlan];

const append = async (
  world: World,
  topic: string,
  partition: number,
  record: OutgoingRecord,
): Promise<void> => {
  const producer = await world.kafka.connect(outsideLink).createProducer();
  await producer.append(topic, partition, [record]);
};

export const controlRecordOf = (control: ControlRecord): OutgoingRecord => {
  const { type, dataSchema } = events.control;
  const sequence = control.kind === 'artefact_activated' ? control.sequence : 0;
  const id = `control-${control.logId}-${sequence}`;
  return {
    key: 'control',
    value: encodePayload(events.control, control),
    headers: writeEventHeaders({ id, tenant: systemTenant, time, type, dataSchema }, ownSource),
  };
};

const { topic } = streams.received;

/** The record that names the log, as the first of each partition, and the plan it may switch to. */
export const openSimulatedLog = async (world: World): Promise<void> => {
  const opened: ControlRecord = {
    kind: 'log_opened',
    logId: world.logId,
    partitionCount: world.partitions,
    versions: { ruleset: 'starter@1', windowPlan: defaultWindowPlan.ref },
  };
  for (let partition = 0; partition < world.partitions; partition += 1)
    await append(world, topic, partition, controlRecordOf(opened));
};

/** Publishes the other plan, as an immutable artefact. */
const publishPlan = async (world: World): Promise<void> => {
  const { type, dataSchema } = events.artefact;
  const { ref } = widePlan;
  await append(world, streams.artefacts.topic, logPartition, {
    key: ref,
    value: encodePayload(events.artefact, {
      kind: 'window_plan',
      artefact: ref,
      digest: planDigest(widePlan),
      body: JSON.parse(JSON.stringify(widePlan)) as never,
    }),
    headers: writeEventHeaders({ id: ref, tenant: systemTenant, time, type, dataSchema }, ownSource),
  });
};

/** Publishes all that the log may come to decide by: rulesets, and models and lists whole, from the beginning of their topics. */
export const publishArtefacts = async (world: World): Promise<void> => {
  await publishPlan(world);
  const rulesets = markedRulesets.map(({ ruleset }) => publishedRuleset(ruleset));
  await publishAll(world, streams.artefacts.topic, rulesets);
  await publishAll(
    world,
    streams.models.topic,
    drawnModels.flatMap(({ events: parts }) => parts),
  );
  await publishAll(
    world,
    streams.lists.topic,
    markedLists.flatMap(({ events: parts }) => parts),
  );
};

const publishAll = async (world: World, to: string, unsealed: readonly UnsealedEvent[]): Promise<void> => {
  for (const { key, plaintext, ...event } of unsealed)
    await append(world, to, logPartition, {
      key,
      value: Buffer.from(plaintext),
      headers: writeEventHeaders(event, ownSource),
    });
};

const numbered = ({ logId, activations }: World) =>
  ({ kind: 'artefact_activated', logId, sequence: activations.begun.length + 1 }) as const;

const activationOf = (world: World, plan: WindowPlan): Activation => ({
  ...numbered(world),
  artefactKind: 'window_plan',
  artefact: plan.ref,
  digest: planDigest(plan),
});

type Beside = { readonly rollout?: Rollout };

const rulesetActivation = (world: World, artefact: string, beside: Beside = {}): Activation => ({
  ...numbered(world),
  artefactKind: 'ruleset',
  artefact,
  digest: rulesetDigest(artefact),
  ...beside,
});

const listActivation = (world: World, { inForce: { ref, digest, location } }: MarkedList): Activation => ({
  ...numbered(world),
  artefactKind: 'list',
  artefact: ref,
  digest,
  location,
});

const modelActivation = (world: World, { reference }: DrawnModel): Activation => ({
  ...numbered(world),
  artefactKind: 'model',
  artefact: reference.ref,
  digest: reference.digest,
  location: reference.location,
});

/** Any of what a log may bring into force. */
const anyActivation = (world: World, random: Random): Activation => {
  const drawn = random.unit();
  if (drawn < 0.15) return activationOf(world, random.pick(plans));
  const model = drawn < 0.3 ? pickAny(random, drawnModels) : undefined;
  if (model !== undefined) return modelActivation(world, model);
  const list = drawn < 0.55 ? pickAny(random, markedLists) : undefined;
  if (list !== undefined) return listActivation(world, list);
  return rulesetActivation(world, random.pick(rulesets), random.pick(rollouts));
};

const rulesets = ['starter@1', 'starter@2', ...markedRulesets.map(({ ruleset }) => ruleset.ref)] as const;

/** In its place, which is also how a candidate is rolled back, or beside it. */
const rollouts: readonly [Beside, ...Beside[]] = [
  {},
  { rollout: { stage: 'shadow' } },
  { rollout: { stage: 'canary', percent: 30 } },
  { rollout: { stage: 'canary', percent: 70 } },
];

/** Rules that ask for a list mostly come with a version of it: else a seed seldom has both in force. */
function withItsList(world: World, random: Random, control: Activation): Activation[] {
  const asked = markedRulesets.find(({ ruleset }) => ruleset.ref === control.artefact)?.watches;
  const list = pickAny(
    random,
    markedLists.filter(({ name }) => name === asked?.list),
  );
  return list !== undefined && random.chance(0.7) ? [control, listActivation(world, list)] : [control];
}

/**
 * Brings something into force, or says again what was brought into force before.
 * It may be interrupted between two partitions; the next to come finishes it first.
 */
export const appendControl = async (world: World, random: Random): Promise<void> => {
  const { begun, unfinished } = world.activations;
  const again = random.chance(0.3) ? pickAny(random, begun) : undefined;
  const controls = again === undefined ? withItsList(world, random, anyActivation(world, random)) : [again];
  if (again === undefined) begun.push(...controls);
  for (const control of controls) {
    await finishActivations(world);
    for (let partition = 0; partition < world.partitions; partition += 1) {
      if (random.chance(0.7)) await append(world, topic, partition, controlRecordOf(control));
      else unfinished.push({ partition, control });
    }
  }
};

/** Brings a plan into force in every partition; answers where each one's control record ends. */
export const activatePlan = async (world: World, plan: WindowPlan): Promise<Map<number, number>> => {
  await finishActivations(world);
  const control = activationOf(world, plan);
  world.activations.begun.push(control);
  const positions = new Map<number, number>();
  for (let partition = 0; partition < world.partitions; partition += 1) {
    await append(world, topic, partition, controlRecordOf(control));
    const [end] = (await world.kafka.connect(outsideLink).offsets(topic)).slice(partition);
    positions.set(partition, end?.end ?? 0);
  }
  return positions;
};

export const finishActivations = async (world: World): Promise<void> => {
  for (const { partition, control } of world.activations.unfinished.splice(0))
    await append(world, topic, partition, controlRecordOf(control));
};

/** The window plan in force once every activation is finished. */
export const planInForce = ({ activations }: World): string =>
  activations.begun.findLast(({ artefactKind }) => artefactKind === 'window_plan')?.artefact ??
  defaultWindowPlan.ref;
