import { streams } from '@weir/contracts';
import type { Alert, RejectionCode } from '@weir/contracts';
import type { RecordPlace } from '../alert-ids.ts';
import type { RefusedFinding } from '../read-record.ts';
import { capitalised, utcTime } from '../wording/format.ts';
import { refusedHeadline, topicName } from '../wording/headline.ts';
import type { MailDocument } from './mail-document.ts';
import { plainName } from '../wording/masking.ts';
import { refusalText } from '../wording/refusal-texts.ts';

const dayMs = 86_400_000;

/** The mail about a refused record. */
export function describeRefused(
  alert: Alert,
  finding: RefusedFinding,
  context: { readonly footer: string },
): MailDocument {
  const { rejection, origin, time, kept } = finding;
  const { title, meaning, advice } = refusalText(rejection.code);
  const topic = topicName(origin);
  const path = plainName(rejection.path);
  const isItsOwnCopy = kept.topic === origin.topic;
  const keptDays = streams.rejected.retentionMs / dayMs;
  return {
    subject: `${capitalised(alert.severity)}: a record on ${topic} was refused, ${title}`,
    severity: alert.severity,
    headline: refusedHeadline(finding),
    sections: [
      {
        title: 'What happened',
        blocks: [
          {
            kind: 'paragraph',
            text: isItsOwnCopy
              ? 'On the topic of refused records itself stands a record that can not be read. Nothing was done with it.'
              : `Weir read a record that ${wrongWith(rejection.code)}, and refused it. It was not acted on, and a copy of it is kept, sealed, for ${keptDays} days.`,
          },
          {
            kind: 'facts',
            rows: [
              ['Reason', rejection.code],
              ...(path === undefined ? [] : [['Where in it', path] as const]),
              ['Record', placeText(origin)],
              ['Written', utcTime(time)],
            ],
          },
        ],
      },
      { title: 'What it means', blocks: [{ kind: 'paragraph', text: meaning }] },
      { title: 'What to do', blocks: [{ kind: 'paragraph', text: advice }] },
      {
        title: 'How to look further',
        blocks: [
          {
            kind: 'commands',
            rows: [
              ['npx weir tail rejected --all --no-follow', 'refused records with their reasons'],
              ['npx weir ledger', 'how many records were refused, and whether all are accounted for'],
            ],
          },
          {
            kind: 'facts',
            rows: [
              ['Kept copy', isItsOwnCopy ? 'none: only the record itself' : placeText(kept)],
              ['Alert id', alert.alertId],
            ],
          },
        ],
      },
    ],
    footer: context.footer,
  };
}

const wrongWith = (code: RejectionCode): string =>
  code === 'conflicting_duplicate' ? 'contradicts an earlier one' : 'it did not write, or not like this';

const placeText = (place: RecordPlace): string =>
  `${topicName(place)}, partition ${place.partition}, offset ${place.offset}`;
