import { grouped, table } from '../terminal/table.ts';
import type { Ledgers } from './read-ledgers.ts';
import type { ReleaseCounts } from './read-releases.ts';

/** Both ledgers as tables, and underneath whether they balance. */
export function showLedgers({ ingest, detection, total, releases, faults, balanced }: Ledgers): string[] {
  const outcomes = ['records', 'cleared', 'held', 'rejected', 'duplicate', 'control', 'waiting'] as const;
  return [
    'Ingest: offered = acknowledged + rejected + failed + unknown',
    ...table(
      ['source', 'input', 'tenant', 'state', 'offered', 'acknowledged', 'rejected', 'failed', 'unknown'],
      ingest.map(({ source, input, tenant, state, counts }) => [
        source,
        input,
        tenant,
        state.replaceAll('_', ' '),
        ...[counts.offered, counts.acknowledged, counts.rejected, counts.failed, counts.unknown].map(grouped),
      ]),
      [4, 5, 6, 7, 8],
    ),
    '',
    'Detection: records = cleared + held + rejected + duplicate + control',
    ...table(
      ['partition', ...outcomes],
      [
        ...detection.map((partition) => [
          String(partition.partition),
          ...outcomes.map((name) => grouped(partition[name])),
        ]),
        ['all', ...outcomes.map((name) => grouped(total[name]))],
      ],
      [1, 2, 3, 4, 5, 6, 7],
    ),
    ...releaseLine(releases),
    '',
    ...(balanced
      ? ['Both ledgers balance.']
      : ['The ledgers DO NOT balance:', ...faults.map((fault) => `  ${fault}`)]),
  ];
}

/** They stay among the held: what people did later changes no verdict. */
function releaseLine({ released, waiting }: ReleaseCounts): string[] {
  if (released + waiting === 0) return [];
  const more = waiting === 0 ? '' : `; ${grouped(waiting)} approved and about to go`;
  return ['', `Of the held, people have released ${grouped(released)}${more}.`];
}
