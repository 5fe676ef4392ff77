import { artefactName, artefactVersion } from '@weir/contracts';
import type { AskedList, ImportedList } from '../ingest/ingest-messages.ts';
import { grouped, table } from '../terminal/table.ts';
import type { ShownList } from './read-lists.ts';

const partsOf = (ref: string): { readonly name: string; readonly version: number } => ({
  name: artefactName(ref),
  version: artefactVersion(ref),
});

/** What one list is, for a script. */
export const listAsJson = ({ ref, of, entries, expired, importedAt, bytes, digest, inForce }: ShownList) => ({
  ...partsOf(ref),
  ...{ of, entries, expired: expired ?? null, importedAt, bytes, digest, inForce },
});

export function showLists(lists: readonly ShownList[]): string[] {
  if (lists.length === 0) return ['No list has been imported: see "weir lists import --help".'];
  const rows = lists.map(({ ref, of, entries, expired, importedAt, inForce }) => {
    const { name, version } = partsOf(ref);
    return [
      ...[name, of, String(version), grouped(entries), expired === undefined ? '-' : grouped(expired)],
      ...[importedAt, inForce ? 'in force' : 'not in force'],
    ];
  });
  return table(['list', 'of', 'version', 'entries', 'expired', 'imported', ''], rows, [2, 3, 4]);
}

/** What became of an import, and what was wrong with lines of the file. */
export function showImport(said: ImportedList): string[] {
  return [headline(said), ...showRefused(said)];
}

function headline(said: ImportedList): string {
  const { artefact = said.name, entries = 0, changed, outcome } = said;
  switch (outcome) {
    case 'unchanged':
      return `${artefact} holds this already, ${entriesText(entries)}: unchanged, and in force.`;
    case 'published': {
      const counts = [
        [changed?.added ?? 0, 'added'],
        [changed?.extended ?? 0, 'extended'],
        [changed?.removed ?? 0, said.act === 'replace' ? 'replaced' : 'removed'],
        [(changed?.dropped ?? 0) + said.expired, 'expired and left out'],
      ] as const;
      const words = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${grouped(count)} ${word}`]));
      const how = words.length === 0 ? '' : ` (${words.join(', ')})`;
      return `${artefact} comes into force with ${entriesText(entries)}${how}.`;
    }
    case 'too_many_bad':
      return `${grouped(said.bad)} of ${grouped(said.lines)} lines are bad: nothing is published.`;
    case 'interrupted':
      return 'Interrupted; nothing is published.';
  }
}

const entriesText = (count: number): string => (count === 1 ? '1 entry' : `${grouped(count)} entries`);

function showRefused({ refused, refusalsFile, outcome, bad, lines }: ImportedList): string[] {
  if (refused.length === 0) return [];
  const rows = refused.map(({ code, count, firstLines }) => [code, grouped(count), firstLines.join(', ')]);
  return [
    '',
    ...(outcome === 'too_many_bad'
      ? []
      : [`${grouped(bad)} of ${grouped(lines)} lines are bad and left out:`]),
    ...table(['because', 'lines', 'first lines'], rows, [1]),
    ...(refusalsFile === null ? [] : ['', `Each stands in ${refusalsFile}`]),
  ];
}

export function showMembership({ artefact, state, expiresAt }: AskedList): string {
  switch (state) {
    case 'on_list':
      return `on ${artefact}${expiresAt === null ? '' : ` until ${expiresAt}`}`;
    case 'expired':
      return `was on ${artefact} until ${expiresAt ?? 'its expiry'}`;
    case 'not_on_list':
      return `not on ${artefact}`;
  }
}
