import type { Severity } from '@weir/contracts';
import type { ChatAlert, ChatMessage } from '../chat/chat-message.ts';

/**
 * Teams refuses a message above some 28 KB, and counts what it makes of it, so a card stays well below;
 * whatever stands in it is in the message once and in the limit about once and a half.
 */
const mostBytes = 18_000;
/** More in one line is no line. */
const mostLineLetters = 600;

type TextRun = {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Large';
  readonly color?: 'Attention' | 'Warning' | 'Default';
  readonly isSubtle?: true;
  readonly fontType?: 'Monospace';
};
type CardElement = {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
  readonly spacing?: 'Medium' | 'Small';
  readonly separator?: true;
};

/** What the Workflows app of Teams takes: a message with one Adaptive Card. */
export type TeamsPayload = {
  readonly type: 'message';
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive';
      readonly content: {
        readonly $schema: string;
        readonly type: 'AdaptiveCard';
        readonly version: '1.4';
        readonly body: readonly CardElement[];
        readonly fallbackText: string;
        readonly msteams: { readonly width: 'Full' };
      };
    },
  ];
};

/**
 * A message as an Adaptive Card, below Teams' limit: alerts at the end are left to the count where it
 * would be too long. Pure. Its texts are TextRuns, in which Teams reads neither Markdown nor mentions.
 */
export function renderTeams(message: ChatMessage): TeamsPayload {
  for (let told = message.alerts.length; told > 0; told -= 1) {
    const payload = payloadOf(message, told);
    if (Buffer.byteLength(JSON.stringify(payload)) <= mostBytes) return payload;
  }
  return payloadOf(message, 0);
}

function payloadOf(message: ChatMessage, told: number): TeamsPayload {
  const { title, severity, lead, alerts, more, next, actions, footer } = message;
  const left = alerts.length - told;
  const body: readonly CardElement[] = [
    paragraph([{ ...run(title), size: 'Large', weight: 'Bolder', color: colours[severity] }]),
    ...lead.map((line) => paragraph([run(line)])),
    ...alerts.slice(0, told).flatMap(alertElements),
    ...(left > 0
      ? [paragraph([run(`${left} further ones are left out here: the card would be too long.`)])]
      : []),
    ...(more === undefined ? [] : [paragraph([run(more)])]),
    ...next.map((line, index) =>
      paragraph([run(line)], index === 0 ? { separator: true, spacing: 'Medium' } : {}),
    ),
    ...actions.map(([command, purpose]) =>
      paragraph([{ ...run(command), fontType: 'Monospace' }, run(` ${purpose}`)], { spacing: 'Small' }),
    ),
    paragraph([{ ...run(footer), isSubtle: true }], { spacing: 'Medium' }),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body,
          fallbackText: cut(title),
          msteams: { width: 'Full' },
        },
      },
    ],
  };
}

const alertElements = ({ headline, lines }: ChatAlert): readonly CardElement[] => [
  paragraph([{ ...run(headline), weight: 'Bolder' }], { separator: true, spacing: 'Medium' }),
  ...lines.map((line) => paragraph([run(line)], { spacing: 'Small' })),
];

const colours = {
  critical: 'Attention',
  high: 'Attention',
  medium: 'Warning',
  low: 'Default',
} as const satisfies Readonly<Record<Severity, TextRun['color']>>;

const paragraph = (
  inlines: readonly TextRun[],
  looks: Pick<CardElement, 'spacing' | 'separator'> = {},
): CardElement => ({ type: 'RichTextBlock', inlines, ...looks });

const run = (text: string): TextRun => ({ type: 'TextRun', text: cut(text) });

function cut(text: string): string {
  const letters = [...text];
  return letters.length <= mostLineLetters ? text : `${letters.slice(0, mostLineLetters - 1).join('')}…`;
}
