import { isDeepStrictEqual } from 'node:util';
import type { Versions } from '@weir/contracts';
import { placeKey } from './history.ts';
import type {
  CandidatePlace,
  ControlEntry,
  History,
  JournalEntry,
  ListPlace,
  ModelPlace,
  PlacedRecord,
  Violation,
} from './history.ts';

/** What the log says is in force. */
export type InForce = {
  readonly versions: Versions;
  readonly sequence: number;
  readonly model: ModelPlace | undefined;
  readonly lists: readonly ListPlace[] | undefined;
  readonly candidate: CandidatePlace | undefined;
};

/**
 * Each journal record, and each verdict, names exactly what the control records
 * at smaller offsets brought into force: models and lists with digest and place,
 * the candidate with its rollout, and as the ruleset of a verdict the one that its
 * account is decided by. In a history that begins behind the log's opening, its
 * first journal record is believed.
 */
export function checkVersions(history: History): Violation[] {
  const partitions = Map.groupBy(history.journal, ({ partition }) => partition);
  return [...partitions].flatMap(([partition, entries]) => {
    const states = statesIn(history, partition);
    const accounts = accountsIn(history, partition);
    const beginsAt = Math.min(...entries.map(({ from }) => from));
    return [
      ...entries.flatMap((entry) => [
        ...checkEntry(entry, states(entry.to - 1)),
        ...checkDecisions(entry, states(entry.to - 1), accounts),
      ]),
      ...history.published
        // What people let go may have been decided before the history begins.
        .filter(
          ({ sourcePartition, sourceOffset, outcome }) =>
            sourcePartition === partition && (outcome !== 'released' || sourceOffset >= beginsAt),
        )
        .flatMap(({ partition: at, offset, sourceOffset, versions, account }) =>
          wrong(
            'verdict_versions',
            { partition: at, offset },
            versions,
            versionsFor(account, states(sourceOffset)),
          ),
        ),
    ];
  });
}

/** What is in force at each offset of a partition, the word of a record standing there included. */
export function statesIn(
  { log, journal }: Pick<History, 'log' | 'journal'>,
  partition: number,
): (offset: number) => InForce | undefined {
  const controls = log
    .filter((entry): entry is ControlEntry => entry.kind === 'control' && entry.partition === partition)
    .toSorted((a, b) => a.offset - b.offset);
  const [first] = journal
    .filter((entry) => entry.partition === partition)
    .toSorted((a, b) => a.from - b.from);
  return statesOf(controls, first);
}

function checkEntry(entry: JournalEntry, state: InForce | undefined): Violation[] {
  const { versions, sequence, model, lists, candidate } = entry;
  return wrong('journal_versions', entry, { versions, sequence, model, lists, candidate }, state);
}

/** The journal says of each verdict which ruleset decided it, where that is not the one of its record. */
function checkDecisions(
  { partition, decisions }: JournalEntry,
  state: InForce | undefined,
  accounts: ReadonlyMap<number, string>,
): Violation[] {
  if (state === undefined) return [];
  return decisions.flatMap((decision): Violation[] => {
    if (!('digest' in decision)) return [];
    const { offset } = decision;
    const account = accounts.get(placeKey(partition, offset));
    if (account === undefined) return [];
    const demanded = besides(account, state);
    if (decision.ruleset === demanded) return [];
    const found = `the candidate ${decision.ruleset} decided it, the log demands ${demanded}`;
    return [{ rule: 'decided_by', damage: 'conflicting', partition, offset, found }];
  });
}

/** The candidate, where it decides the account. */
const besides = (account: string, { candidate }: InForce): string | undefined =>
  candidate !== undefined && isDecidedByCandidate(account, candidate) ? candidate.ruleset : undefined;

/** What a verdict about an account has to name. */
function versionsFor(account: string, state: InForce | undefined): Versions | undefined {
  if (state === undefined) return undefined;
  const ruleset = besides(account, state);
  return ruleset === undefined ? state.versions : { ...state.versions, ruleset };
}

/** By bytes 6 to 9 of the pseudonym's sixteen, as a big-endian number, from the hundredths up to the percentage. */
function isDecidedByCandidate(account: string, { rollout }: CandidatePlace): boolean {
  if (rollout.stage === 'shadow') return false;
  const bytes = Buffer.from(account.split('_').slice(1).join('_'), 'base64url');
  return bytes.readUInt32BE(6) % 100 < rollout.percent;
}

const accountsIn = ({ log }: History, partition: number): ReadonlyMap<number, string> =>
  new Map(
    log.flatMap((entry) =>
      entry.kind === 'transaction' && entry.partition === partition
        ? [[placeKey(partition, entry.offset), entry.account] as const]
        : [],
    ),
  );

const wrong = (
  rule: string,
  { partition, offset }: PlacedRecord,
  found: unknown,
  demanded: unknown,
): Violation[] =>
  demanded === undefined || isDeepStrictEqual(found, demanded)
    ? []
    : [
        {
          ...{ rule, damage: 'conflicting', partition, offset },
          found: `it names ${JSON.stringify(found)}, the log demands ${JSON.stringify(demanded)}`,
        },
      ];

function statesOf(
  controls: readonly ControlEntry[],
  first: JournalEntry | undefined,
): (offset: number) => InForce | undefined {
  const begin: InForce | undefined =
    first === undefined ||
    controls.some(({ offset, said }) => offset <= first.from && said.kind === 'log_opened')
      ? undefined
      : {
          ...{ versions: first.versions, sequence: first.sequence, model: first.model },
          ...{ lists: first.lists, candidate: first.candidate },
        };
  const changes: { readonly offset: number; readonly state: InForce }[] = [];
  let state = begin;
  for (const { offset, said } of controls) {
    if (begin !== undefined && first !== undefined && offset < first.to) continue;
    state = stateBehind(state, said);
    if (state !== undefined) changes.push({ offset, state });
  }
  return (offset) => changes.findLast((change) => change.offset <= offset)?.state ?? begin;
}

const nothingInForce = { sequence: 0, model: undefined, lists: undefined, candidate: undefined } as const;

/** Written from the contract alone, not from detection's own reading of it. */
function stateBehind(state: InForce | undefined, said: ControlEntry['said']): InForce | undefined {
  if (said.kind === 'log_opened') return state ?? { ...nothingInForce, versions: said.versions };
  if (state === undefined || said.sequence <= state.sequence) return state;
  const { sequence, artefact, digest } = said;
  const inForce = (versions: Partial<Versions>, others: Partial<InForce> = {}): InForce => ({
    ...{ ...state, sequence, versions: { ...state.versions, ...versions } },
    ...others,
  });
  switch (said.artefactKind) {
    case 'ruleset':
      return said.rollout === undefined
        ? inForce({ ruleset: artefact }, { candidate: undefined })
        : inForce({}, { candidate: { ruleset: artefact, digest, rollout: said.rollout } });
    case 'window_plan':
      return inForce({ windowPlan: artefact });
    case 'team_model':
      return inForce({ teamModel: artefact });
    case 'model':
      return said.location === undefined
        ? inForce({ model: artefact })
        : inForce({ model: artefact }, { model: { digest, location: said.location } });
    case 'list': {
      if (said.location === undefined) return inForce({});
      const [name] = artefact.split('@');
      const lists = [
        ...(state.lists ?? []).filter(({ ref }) => !ref.startsWith(`${name}@`)),
        { ref: artefact, digest, location: said.location },
      ].toSorted((one, other) => (one.ref.split('@')[0]! < other.ref.split('@')[0]! ? -1 : 1));
      return inForce({ lists: lists.map(({ ref }) => ref) }, { lists });
    }
  }
}
