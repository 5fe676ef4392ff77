import { isDeepStrictEqual } from 'node:util';
import type { Versions } from '@weir/contracts';
import type { ControlEntry, History, JournalEntry, ModelPlace, Violation } from './history.ts';

/** What the log says is in force. */
type InForce = {
  readonly versions: Versions;
  readonly sequence: number;
  readonly model: ModelPlace | undefined;
};

/**
 * Each journal record, and each verdict, names exactly what the control records
 * at smaller offsets brought into force, the model with its digest and place. In a
 * history that begins behind the log's opening, its first journal record is
 * believed.
 */
export function checkVersions(history: History): Violation[] {
  const partitions = Map.groupBy(history.journal, ({ partition }) => partition);
  return [...partitions].flatMap(([partition, entries]) => {
    const controls = history.log
      .filter((entry): entry is ControlEntry => entry.kind === 'control' && entry.partition === partition)
      .toSorted((a, b) => a.offset - b.offset);
    const journal = entries.toSorted((a, b) => a.from - b.from);
    const states = statesOf(controls, journal);
    return [
      ...journal.flatMap((entry) => checkEntry(entry, states(entry.to - 1))),
      ...history.published
        .filter(({ sourcePartition }) => sourcePartition === partition)
        .flatMap(({ partition: at, offset, sourceOffset, versions }) =>
          wrong('verdict_versions', { partition: at, offset }, versions, states(sourceOffset)?.versions),
        ),
    ];
  });
}

function checkEntry(entry: JournalEntry, state: InForce | undefined): Violation[] {
  const { versions, sequence, model } = entry;
  return wrong('journal_versions', entry, { versions, sequence, model }, state);
}

const wrong = (
  rule: string,
  { partition, offset }: { readonly partition: number; readonly offset: number },
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

/** What is in force at an offset, the word of a record standing there included. */
function statesOf(
  controls: readonly ControlEntry[],
  [first]: readonly JournalEntry[],
): (offset: number) => InForce | undefined {
  const begin: InForce | undefined =
    first === undefined ||
    controls.some(({ offset, said }) => offset <= first.from && said.kind === 'log_opened')
      ? undefined
      : { versions: first.versions, sequence: first.sequence, model: first.model };
  const changes: { readonly offset: number; readonly state: InForce }[] = [];
  let state = begin;
  for (const { offset, said } of controls) {
    if (begin !== undefined && first !== undefined && offset < first.to) continue;
    state = stateBehind(state, said);
    if (state !== undefined) changes.push({ offset, state });
  }
  return (offset) => changes.findLast((change) => change.offset <= offset)?.state ?? begin;
}

/** Written from the contract alone, not from detection's own reading of it. */
function stateBehind(state: InForce | undefined, said: ControlEntry['said']): InForce | undefined {
  if (said.kind === 'log_opened') return state ?? { versions: said.versions, sequence: 0, model: undefined };
  if (state === undefined || said.sequence <= state.sequence) return state;
  const { sequence, artefactKind, artefact, digest, location } = said;
  const name = {
    ...{ ruleset: 'ruleset', window_plan: 'windowPlan', model: 'model', team_model: 'teamModel' },
    list: 'lists',
  }[artefactKind];
  const versions = { ...state.versions, [name]: artefact };
  const isModel = artefactKind === 'model' && location !== undefined;
  return { versions, sequence, model: isModel ? { digest, location } : state.model };
}
