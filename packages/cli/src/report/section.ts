import type { ReportedOutcome } from '@weir/contracts';
import { warningsOf } from './warnings.ts';
import type { Cell, Day, Doing, Group, Known, RuleCounts, Section } from './comparison.ts';
import { levels, type BothWays, type Level, type Said, type Stage } from './read-both-ways.ts';
import { wilsonShare } from './wilson.ts';

/** A ruleset has at most 500 rules, and a score some more reasons; two of them stand in a section. */
const mostRules = 2_000;

const nobody = (): Known => ({ transactions: 0, fraud: 0, genuine: 0, unknown: 0 });

type Counted<Of> = { -readonly [Name in keyof Of]: Of[Name] };

const isAlert = ({ level }: Said): boolean => level !== 'cleared';

function note(known: Known, outcome: ReportedOutcome | undefined): void {
  known.transactions += 1;
  known[outcome ?? 'unknown'] += 1;
}

/** Adds up the transactions of one ruleset and stage. */
export function createSection(stage: Stage) {
  const cells = new Map<string, Counted<Cell>>();
  const groups = { base: new Map<Level, Known>(), canary: new Map<Level, Known>() };
  const rules = new Map<string, Counted<RuleCounts>>();
  const days = new Map<string, Counted<Day>>();
  let [first, last, rulesLeftOut] = ['', '', 0];

  function noteCell({ base, other, byOther }: BothWays, outcome: ReportedOutcome | undefined): void {
    note(
      found(cells, `${base.level} ${other.level}`, () => ({
        base: base.level,
        other: other.level,
        ...nobody(),
      })),
      outcome,
    );
    const group = byOther ? groups.canary : groups.base;
    note(found(group, (byOther ? other : base).level, nobody), outcome);
  }

  function noteRules({ base, other, shadowRules }: BothWays): void {
    const inBase = new Set(base.reasons);
    const inOther = new Set(other.reasons);
    const inShadow = new Set(shadowRules);
    for (const rule of new Set([...inBase, ...inOther, ...inShadow])) {
      if (!rules.has(rule) && rules.size >= mostRules) {
        rulesLeftOut += 1;
        continue;
      }
      const empty = { base: 0, other: 0, onlyBase: 0, onlyOther: 0, shadow: 0 };
      const counts = found(rules, rule, () => ({ rule, ...empty }));
      if (inBase.has(rule)) counts.base += 1;
      if (inOther.has(rule)) counts.other += 1;
      if (inBase.has(rule) && !inOther.has(rule)) counts.onlyBase += 1;
      if (inOther.has(rule) && !inBase.has(rule)) counts.onlyOther += 1;
      if (inShadow.has(rule)) counts.shadow += 1;
    }
  }

  function noteDay({ subject, base, other }: BothWays): void {
    const day = subject.eventTime.slice(0, 10);
    const empty = { transactions: 0, baseAlerts: 0, otherAlerts: 0, onlyOther: 0, onlyBase: 0 };
    const counts = found(days, day, () => ({ day, ...empty }));
    counts.transactions += 1;
    if (isAlert(base)) counts.baseAlerts += 1;
    if (isAlert(other)) counts.otherAlerts += 1;
    if (isAlert(base) && !isAlert(other)) counts.onlyBase += 1;
    if (isAlert(other) && !isAlert(base)) counts.onlyOther += 1;
  }

  return {
    observe: (one: BothWays, outcome: ReportedOutcome | undefined): void => {
      const { eventTime } = one.subject;
      if (first === '' || eventTime < first) first = eventTime;
      if (eventTime > last) last = eventTime;
      noteCell(one, outcome);
      noteRules(one);
      noteDay(one);
    },
    end: (): Section => {
      const all = [...cells.values()];
      const sumOf = (where: (cell: Cell) => boolean): Known => sum(all.filter(where));
      const alerting = (side: 'base' | 'other') => (cell: Cell) => cell[side] !== 'cleared';
      const [byBase, byOther] = [alerting('base'), alerting('other')];
      const doingOf = (side: 'base' | 'other'): Doing =>
        doing((level) => sumOf((cell) => cell[side] === level), days.size);
      const counted = {
        ...stage,
        firstEventTime: first,
        lastEventTime: last,
        transactions: sum(all).transactions,
        base: doingOf('base'),
        other: doingOf('other'),
        cells: all.toSorted((a, b) => place(a) - place(b)),
        alerts: {
          both: sumOf((cell) => byBase(cell) && byOther(cell)),
          onlyBase: sumOf((cell) => byBase(cell) && !byOther(cell)),
          onlyOther: sumOf((cell) => !byBase(cell) && byOther(cell)),
          neither: sumOf((cell) => !byBase(cell) && !byOther(cell)),
        },
        rules: [...rules.values()].toSorted(mostFirst),
        rulesLeftOut,
        days: [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1)),
        groups:
          stage.stage === 'canary'
            ? { base: groupOf(groups.base, days.size), canary: groupOf(groups.canary, days.size) }
            : null,
      };
      return { ...counted, warnings: warningsOf(counted) };
    },
  };
}

function found<Key, Value>(map: Map<Key, Value>, key: Key, fresh: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = fresh();
  map.set(key, made);
  return made;
}

const place = ({ base, other }: Cell): number =>
  -(levels.indexOf(base) * levels.length + levels.indexOf(other));

const mostFirst = (a: RuleCounts, b: RuleCounts): number =>
  Math.max(b.base, b.other, b.shadow) - Math.max(a.base, a.other, a.shadow) || (a.rule < b.rule ? -1 : 1);

const sum = (some: readonly Readonly<Known>[]): Known =>
  some.reduce<Known>(
    (total, one) => ({
      transactions: total.transactions + one.transactions,
      fraud: total.fraud + one.fraud,
      genuine: total.genuine + one.genuine,
      unknown: total.unknown + one.unknown,
    }),
    nobody(),
  );

function doing(at: (level: Level) => Known, days: number): Doing {
  const [flagged, held] = [at('flagged'), at('held')];
  const outcomes = sum([flagged, held]);
  return {
    held: held.transactions,
    flagged: flagged.transactions,
    alertsPerDay: outcomes.transactions / Math.max(1, days),
    outcomes,
    precision: wilsonShare(outcomes.fraud, outcomes.fraud + outcomes.genuine) ?? null,
  };
}

function groupOf(counts: ReadonlyMap<Level, Known>, days: number): Group {
  const { transactions } = sum([...counts.values()]);
  const did = doing((level) => counts.get(level) ?? nobody(), days);
  return { transactions, ...did, alertShare: wilsonShare(did.outcomes.transactions, transactions) ?? null };
}
