import { escaped } from '@weir/backtest';
import { noted, paragraph, tableHtml } from '../report/page-parts.ts';
import { counted, shownMinute } from '../report/shown.ts';
import type { CaseFacts } from './case-facts.ts';
import { casePaths, signedPaths } from './case-paths.ts';

const whatFor: readonly (readonly [path: string, what: string])[] = [
  [casePaths.transactions, 'each record as the log has it, opened, with the hash of its sealed bytes'],
  [casePaths.verdicts, 'each verdict: reasons in words, features, score, versions, and its events'],
  [casePaths.alerts, 'the alerts, who was told, and what people did'],
  [casePaths.auditEntries, 'what the audit trail says of these records, alerts and this replay'],
  [casePaths.auditProofs, 'for each entry the proof that it is on the trail, and a signed checkpoint'],
  [casePaths.manifest, 'which records the replay read, by their hashes, signed'],
  [casePaths.report, 'whether they come out the same when they are judged again'],
  [casePaths.reportPage, 'the same to read'],
  [`${casePaths.replayKey}, ${casePaths.auditKey}`, 'the public keys'],
  [
    `${signedPaths.index}, ${signedPaths.claim}, ${signedPaths.signature}`,
    'the hash of each file, and the signature',
  ],
];

/** What is in the bundle, and how somebody checks it who trusts nobody here. */
export function handOverSection({ replayId, planHash, report, trail, holds }: CaseFacts): string[] {
  const rows = [
    ['replay', replayId],
    ['hash of the plan', planHash],
    ['root of the manifest', report.root],
    [
      'audit trail',
      `${trail.name}, ${counted(holds.auditEntries, 'entry', 'entries')} under the checkpoint of ${String(trail.treeSize)}, ${shownMinute(trail.at)} UTC`,
    ],
  ];
  return [
    '<h2>What is in the bundle</h2>',
    tableHtml(
      'Files',
      ['', 'what it is for'],
      whatFor.map((row) => [...row]),
    ).replace('class="scroll"', 'class="scroll files"'),
    '<h2>How to check it</h2>',
    paragraph(
      'Get the public keys of replay and of the audit trail from whoever runs Weir, by another way than this bundle. Then, without Weir running:',
    ),
    `<pre>${escaped('npx weir case verify case.zip --key replay.pem --audit-key audit.pem')}</pre>`,
    paragraph(
      'Or without any program of ours: the signature, then the hash of the index it names, then the files:',
    ),
    `<pre>${escaped(
      [
        'openssl dgst -sha256 -verify replay.pem -signature index.sig index.claim',
        'sha256sum index.json      # indexSha256 in index.claim',
        'sha256sum transactions.ndjson verdicts.ndjson   # sha256 in index.json',
      ].join('\n'),
    )}</pre>`,
    noted(
      'The manifest proves which records there are, by the hashes of their sealed bytes. What they say opened is the word of who exported it, who is named above and on the audit trail. Why it was exported is their word too.',
    ),
    `<dl>${rows.map(([name = '', text = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`).join('\n')}</dl>`,
  ];
}
