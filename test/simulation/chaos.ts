import type { Random } from '@weir/simulator';
import { approveReleases } from './approved-releases.ts';
import { releaseByPeople } from './people.ts';
import { appendControl, finishActivations } from './control-records.ts';
import type { Fleet, Slot } from './fleet.ts';
import { appendPoison } from './foreign-records.ts';
import { pickAny } from './pick-any.ts';
import type { CallFault, Part } from './scheduler.ts';
import type { World } from './world.ts';

/** What a seed does to the world, and how often. Most seeds do a few kinds of harm, so that those get far. */
export type Chaos = {
  /** What happens to one call. */
  faultOf(process: string, part: Part, what: string): CallFault;
  /** Called before each step: does what its time has come for. */
  tick(world: World, fleet: Fleet, step: number): Promise<void>;
  /** Ends all harm: what is frozen goes on, what is away is back, every worker runs. */
  heal(world: World, fleet: Fleet): Promise<void>;
};

type Event =
  | 'kill'
  | 'freeze'
  | 'trap'
  | 'stop'
  | 'restore'
  | 'restorePartition'
  | 'loseKey'
  | 'flush'
  | 'kmsAway'
  | 'redisAway'
  | 'kafkaAway'
  | 'storeAway'
  | 'control'
  | 'rebuild'
  | 'poison'
  | 'release'
  | 'feedAgain';

const kinds: readonly Event[] = [
  'kill',
  'kill',
  'kill',
  'freeze',
  'freeze',
  'trap',
  'trap',
  'trap',
  'stop',
  'restore',
  'restorePartition',
  'loseKey',
  'loseKey',
  'flush',
  'kmsAway',
  'redisAway',
  'kafkaAway',
  'storeAway',
  'control',
  'control',
  'rebuild',
  'rebuild',
  'poison',
  'poison',
  'release',
  'release',
  'feedAgain',
];

/** Calls after which a death or a pause is most likely to cost or double something. */
const delicateCalls = [
  'chain',
  'write',
  'commit',
  'fence',
  'committed',
  'send',
  'append',
  'clear',
  'load',
] as const;
/** The same of alerting, which has less to do: whoever waits for all of them alike would seldom meet these. */
const delicateCallsOfAlerting = [
  'transaction',
  'send',
  'claimDeliveries',
  'settleDelivery',
  'trimOutbox',
] as const;

const faultRates = [0, 0, 0.01, 0.04] as const;
const maxEvents = 18;
const outageSteps = [30, 150, 500] as const;

export const createChaos = (random: Random, endsAtStep: number): Chaos => {
  const usedKinds = kinds.filter(() => random.chance(0.6));
  const rates = {
    refused: random.pick(faultRates),
    lost: random.pick(faultRates),
    late: random.pick(faultRates),
  };
  const events = Array.from({ length: random.below(maxEvents + 1) }, () => ({
    atStep: random.below(endsAtStep),
    kind: pickAny(random, usedKinds),
  })).sort((one, other) => one.atStep - other.atStep);
  const later: { readonly atStep: number; readonly act: () => void }[] = [];
  const away = new Set<Part>();
  /** Whoever makes such a call next is killed or frozen while it is on its way. */
  const traps: { readonly call: string; readonly kills: boolean }[] = [];
  const trapped: { readonly process: string; readonly kills: boolean }[] = [];
  let isHealed = false;

  const after = (step: number, act: () => void): void => {
    later.push({ atStep: step + 1 + random.below(random.pick(outageSteps)), act });
  };
  const restartLater = (fleet: Fleet, slot: Slot, step: number): void =>
    after(step, () => {
      if (slot.process === undefined && !slot.isDone) fleet.start(slot);
    });

  const outage = (world: World, part: Part, step: number): void => {
    away.add(part);
    world.scheduler.note(`${part} is away`);
    after(step, () => void away.delete(part));
  };

  const kill = (fleet: Fleet, slot: Slot | undefined, step: number): void => {
    if (slot === undefined) return;
    fleet.kill(slot);
    restartLater(fleet, slot, step);
  };
  const freeze = (world: World, slot: Slot | undefined, step: number): void => {
    const process = slot?.process;
    if (process === undefined) return;
    world.scheduler.note(`${process.name} is frozen`);
    process.freeze();
    after(step, process.thaw);
  };

  const hit = async (kind: Event, world: World, fleet: Fleet, step: number): Promise<void> => {
    const running = fleet.slots.filter(({ process }) => process?.isAlive() === true);
    const slot = pickAny(random, running);
    switch (kind) {
      case 'kill':
        return kill(fleet, slot, step);
      case 'freeze':
        return freeze(world, slot, step);
      case 'trap':
        traps.push({
          call: random.pick(random.chance(0.6) ? delicateCalls : delicateCallsOfAlerting),
          kills: random.chance(0.5),
        });
        return;
      case 'stop': {
        if (
          slot === undefined ||
          slot.role === 'ingest' ||
          slot.role === 'upkeep' ||
          slot.worker === undefined
        )
          return;
        void fleet.stop(slot).then(() => restartLater(fleet, slot, step));
        return;
      }
      case 'restore':
        return world.scheduler.note(`redis is back from copy ${world.windows.restore(random)}`);
      case 'restorePartition': {
        const partition = random.below(world.partitions);
        const copy = world.windows.restorePartition(random, partition);
        return world.scheduler.note(`the windows of partition ${partition} are back from copy ${copy}`);
      }
      case 'loseKey': {
        const partition = random.below(world.partitions);
        world.scheduler.note(`the windows of partition ${partition} lose a key`);
        return world.windows.loseKey(random, partition);
      }
      case 'flush':
        world.scheduler.note('redis is flushed');
        return world.windows.flush();
      case 'kmsAway':
        world.scheduler.note('the KMS is away');
        world.kms.isAway = true;
        return after(step, () => {
          world.kms.isAway = false;
        });
      case 'redisAway':
        return outage(world, 'redis', step);
      case 'kafkaAway':
        return outage(world, 'kafka', step);
      case 'storeAway':
        return outage(world, 'store', step);
      case 'control':
        // Rules seldom change alone: a list comes with the rules that ask for it, a candidate ends.
        for (let left = 1 + random.below(4); left > 0; left -= 1) await appendControl(world, random);
        return;
      case 'rebuild': {
        const upkeep = fleet.slots.find(({ role, process }) => role === 'upkeep' && process === undefined);
        if (upkeep !== undefined) fleet.start(upkeep);
        return;
      }
      case 'poison':
        return appendPoison(world, random);
      case 'release':
        await releaseByPeople(world, random);
        return approveReleases(world, random);
      case 'feedAgain': {
        const ingest = fleet.slots.find(({ role, isDone }) => role === 'ingest' && isDone);
        if (ingest !== undefined) fleet.start(ingest, { force: true });
      }
    }
  };

  return {
    faultOf: (process, part, what) => {
      if (part === 'disk' || isHealed) return 'none';
      const trap = traps.findIndex(({ call }) => what.startsWith(call));
      if (trap !== -1) trapped.push(...traps.splice(trap, 1).map(({ kills }) => ({ process, kills })));
      if (away.has(part)) return 'refused';
      const drawn = random.unit();
      if (drawn < rates.refused) return 'refused';
      if (drawn < rates.refused + rates.lost) return 'lost';
      return drawn < rates.refused + rates.lost + rates.late ? 'late' : 'none';
    },
    tick: async (world, fleet, step) => {
      for (const { process, kills } of trapped.splice(0)) {
        const slot = fleet.slots.find((one) => one.process?.name === process);
        if (kills) kill(fleet, slot, step);
        else freeze(world, slot, step);
      }
      for (let due = events[0]; due !== undefined && due.atStep <= step; due = events[0]) {
        events.shift();
        if (due.kind !== undefined) await hit(due.kind, world, fleet, step);
      }
      for (const one of later.filter(({ atStep }) => atStep <= step)) {
        later.splice(later.indexOf(one), 1);
        one.act();
      }
    },
    heal: async (world, fleet) => {
      isHealed = true;
      world.scheduler.note('all is healed');
      world.kms.isAway = false;
      fleet.slots.forEach(({ process }) => process?.thaw());
      fleet.startMissing();
      await finishActivations(world);
      await approveReleases(world, random);
    },
  };
};
