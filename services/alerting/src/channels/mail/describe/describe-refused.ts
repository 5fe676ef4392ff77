import type { RejectionCode } from '@weir/contracts';
import type { RecordPlace } from '@weir/alerts';
import type { ShownAlert } from '../../../notification.ts';
import type { RefusedFinding } from '../../../read-record.ts';
import { stateWords, whatWasDone } from '../../../wording/alert-words.ts';
import { counted, utcTime } from '../../../wording/format.ts';
import { topicName } from '../../../wording/headline.ts';
import { plainName } from '../../../wording/masking.ts';
import { refusalText } from '../../../wording/refusal-texts.ts';
import type { Section } from '../mail-document.ts';

/** What there is to say of records that Weir did not write, or that contradict earlier ones. */
export function refusedSections(
  { alert }: ShownAlert,
  finding: RefusedFinding,
): { readonly happened: readonly Section[]; readonly done: readonly Section[] } {
  const { rejection, origin, time, kept } = finding;
  const { meaning, advice } = refusalText(rejection.code);
  const path = plainName(rejection.path);
  const state = stateWords(alert);
  const isItsOwnCopy = kept.topic === origin.topic;
  return {
    happened: [
      {
        title: 'What happened',
        blocks: [
          {
            kind: 'paragraph',
            text: isItsOwnCopy
              ? 'On the topic of refused records itself stands a record that can not be read.'
              : `Weir read ${alert.transactions === 1 ? 'a record' : counted(alert.transactions, 'record')} that ${wrongWith(rejection.code, alert.transactions)}, and refused ${alert.transactions === 1 ? 'it' : 'them'}.`,
          },
          {
            kind: 'facts',
            rows: [
              ['Reason', rejection.code],
              ...(path === undefined ? [] : [['Where in it', path] as const]),
              [alert.transactions === 1 ? 'Record' : 'The first', placeText(origin)],
              ['Written', utcTime(time)],
              ...(state === undefined ? [] : [['State', state] as const]),
            ],
          },
        ],
      },
      { title: 'What it means', blocks: [{ kind: 'paragraph', text: meaning }] },
    ],
    done: [
      {
        title: 'What was done',
        blocks: [
          { kind: 'paragraph', text: isItsOwnCopy ? 'Nothing was done with it.' : whatWasDone(alert) },
        ],
      },
      { title: 'Where to look', blocks: [{ kind: 'paragraph', text: advice }] },
    ],
  };
}

function wrongWith(code: RejectionCode, count: number): string {
  if (code === 'conflicting_duplicate')
    return count === 1 ? 'contradicts an earlier one' : 'contradict earlier ones';
  return 'it did not write, or not like this';
}

const placeText = (place: RecordPlace): string =>
  `${topicName(place)}, partition ${place.partition}, offset ${place.offset}`;
