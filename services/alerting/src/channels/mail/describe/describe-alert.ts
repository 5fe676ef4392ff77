import { shownTransactionId } from '@weir/contracts';
import type { ShownAlert } from '../../../notification.ts';
import type { RefusedFinding, TransactionFinding } from '../../../read-record.ts';
import { stateWords, totalsWords, whatWasDone, whyInOneLine } from '../../../wording/alert-words.ts';
import type { RulesetOf } from '../../../wording/alert-words.ts';
import { counted, money, roughSpan, utcClock, utcTime } from '../../../wording/format.ts';
import type { Section, Told } from '../mail-document.ts';
import { refusedSections } from './describe-refused.ts';
import { bankRemark, scoreFacts, transactionFacts, whyUnusual } from './describe-transaction.ts';

/** Of an alert's totals so many are told. */
const mostTotalsTold = 4;

/** What there is to say of one alert: of one transaction, of an episode that grew, or of refused records. */
export function describeAlert(shown: ShownAlert, rulesetOf: RulesetOf): Told {
  const finding = shown.entries[0]?.finding;
  switch (finding?.kind) {
    case 'transaction':
      return describeJudged(shown, finding, rulesetOf);
    case 'refused':
      return { ...refusedSections(shown, finding), lookUp: [lookUp(shown, refusedPlace(finding))] };
    case undefined:
      return {
        happened: [
          whatHappened([...episodeFacts(shown), ...stateFacts(shown)]),
          {
            title: 'Why it is unusual',
            blocks: [{ kind: 'paragraph', text: whyInOneLine(shown, rulesetOf) }],
          },
        ],
        done: [whatWasDoneSection(shown, '')],
        lookUp: [lookUp(shown, [])],
      };
  }
}

function describeJudged(shown: ShownAlert, gravest: TransactionFinding, rulesetOf: RulesetOf): Told {
  const { judged } = gravest;
  const ruleset = rulesetOf(judged.verdict.versions.ruleset);
  const grew = shown.alert.transactions > 1;
  return {
    happened: [
      whatHappened(
        grew
          ? [
              ...episodeFacts(shown),
              ['Gravest', momentOf(gravest, shown)],
              ...latestFacts(shown, gravest),
              ...transactionFacts(judged),
              ...stateFacts(shown),
            ]
          : [
              ['When', utcTime(judged.transaction.eventTime)],
              ...transactionFacts(judged),
              ...stateFacts(shown),
            ],
      ),
      {
        title: grew ? 'Why the gravest is unusual' : 'Why it is unusual for this account',
        blocks: whyUnusual(judged, ruleset),
      },
    ],
    done: [whatWasDoneSection(shown, bankRemark(judged, ruleset))],
    lookUp: [
      lookUp(shown, [
        ['Transaction', shownTransactionId(judged.transaction)],
        ['Score', scoreFacts(judged)],
        ['In the log', `npx weir explain ${judged.sourcePartition}/${judged.sourceOffset}`],
      ]),
    ],
  };
}

type Rows = readonly (readonly [label: string, value: string])[];

const whatHappened = (rows: Rows): Section => ({ title: 'What happened', blocks: [{ kind: 'facts', rows }] });

const whatWasDoneSection = ({ alert }: ShownAlert, remark: string): Section => ({
  title: 'What was done',
  blocks: [{ kind: 'paragraph', text: `${whatWasDone(alert)}${remark}` }],
});

/** How many there are so far, of how much, and in what time. */
function episodeFacts({ alert }: ShownAlert): Rows {
  const { transactions, totals, firstEventAtMs, lastEventAtMs } = alert;
  const lastedMs = lastEventAtMs - firstEventAtMs;
  const within = transactions === 1 || lastedMs === 0 ? '' : ` within ${roughSpan(lastedMs)}`;
  return [
    ['So far', `${counted(transactions, 'transaction')}${within}`],
    ['Since', utcTime(new Date(firstEventAtMs).toISOString())],
    ...(totals.length === 0 ? [] : [['Total', totalsWords(totals, mostTotalsTold)] as const]),
  ];
}

/** How much and when; without the day, where it is the day it began on. */
const momentOf = ({ judged: { transaction } }: TransactionFinding, { alert }: ShownAlert): string =>
  `${money(transaction.amountMinor, transaction.currency)} ${transaction.creditDebitIndicator === 'DBIT' ? 'out' : 'in'}, ` +
  utcClock(Date.parse(transaction.eventTime), alert.firstEventAtMs);

function latestFacts(shown: ShownAlert, gravest: TransactionFinding): Rows {
  const { alert, entries } = shown;
  const latest = entries.find(({ entry }) => entry.entryId === alert.latest)?.finding;
  return latest?.kind === 'transaction' && latest.identity !== gravest.identity
    ? [['Latest', momentOf(latest, shown)]]
    : [];
}

function stateFacts({ alert }: ShownAlert): Rows {
  const state = stateWords(alert);
  return state === undefined ? [] : [['State', state]];
}

const refusedPlace = ({ kept, origin }: RefusedFinding): Rows => [
  [
    'Kept copy',
    kept.topic === origin.topic
      ? 'none: only the record itself'
      : `partition ${kept.partition}, offset ${kept.offset}`,
  ],
];

const lookUp = ({ alert }: ShownAlert, rows: Rows): Section => ({
  title: 'To look it up',
  isFine: true,
  blocks: [
    {
      kind: 'facts',
      rows: [
        ['Alert', `${alert.alertId}, revision ${alert.revision}`],
        ['Tenant', alert.tenant],
        ...(alert.caseId === null ? [] : [['Case', alert.caseId] as const]),
        ...rows,
      ],
    },
  ],
});
