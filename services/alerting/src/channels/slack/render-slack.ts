import type { ChatMessage } from '../chat/chat-message.ts';

/** Slack's limits: blocks of a message, letters of a header and of any other text (docs.slack.dev, Block Kit). */
const mostBlocks = 50;
const mostHeaderLetters = 150;
const mostTextLetters = 3_000;

type SlackText =
  | { readonly type: 'plain_text'; readonly text: string }
  /** `verbatim`: what looks like a link or a name is left as it is. */
  | { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };
type SlackBlock =
  | { readonly type: 'header'; readonly text: SlackText }
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'context'; readonly elements: readonly SlackText[] }
  | { readonly type: 'divider' };

/** What is posted to an incoming webhook. */
export type SlackPayload = {
  /** What a phone shows, and whoever can't show blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
};

/**
 * A message as Block Kit shows it, within Slack's limits. Pure. Nothing in it can become a mention or a
 * link: the three characters that begin one are escaped, and Slack is asked to look for none by itself.
 */
export function renderSlack(message: ChatMessage): SlackPayload {
  const { title, lead, alerts, more, next, actions, footer } = message;
  const blocks: readonly SlackBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: fitted(title, mostHeaderLetters) } },
    ...(lead.length === 0 ? [] : [section([lead.join(' ')])]),
    ...alerts.flatMap(({ headline, lines }, index) => [
      ...(index === 0 ? [] : [{ type: 'divider' } as const]),
      section(lines, `*${fitted(unmarked(headline), mostHeaderLetters)}*\n`),
    ]),
    ...(more === undefined ? [] : [section([more])]),
    ...(next.length === 0 ? [] : [section(next, '*Next*\n')]),
    ...(actions.length === 0 ? [] : [commands(actions)]),
    { type: 'context', elements: [mrkdwn('', footer)] },
  ];
  if (blocks.length > mostBlocks) throw new RangeError(`a message of ${blocks.length} blocks`);
  return { text: fitted(title, mostTextLetters), blocks, unfurl_links: false, unfurl_media: false };
}

const section = (lines: readonly string[], begins = ''): SlackBlock => ({
  type: 'section',
  text: mrkdwn(begins, lines.join('\n')),
});

/** Each as code that can be copied, and what it is for. */
const commands = (actions: ChatMessage['actions']): SlackBlock => {
  const most = Math.floor(mostTextLetters / actions.length / 2) - 4;
  const lines = actions.map(
    ([command, purpose]) => `\`${fitted(unmarked(command), most)}\` ${fitted(unmarked(purpose), most)}`,
  );
  return { type: 'section', text: { type: 'mrkdwn', text: lines.join('\n'), verbatim: true } };
};

/** `begins` is markup of ours; what follows it is text. */
const mrkdwn = (begins: string, text: string): SlackText => ({
  type: 'mrkdwn',
  text: `${begins}${fitted(unmarked(text), mostTextLetters - begins.length)}`,
  verbatim: true,
});

/** Slack has no way to escape what it takes for emphasis, so look-alikes stand for it. */
const lookAlikes: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ' };
const unmarked = (text: string): string => text.replaceAll(/[*~`]/g, (one) => lookAlikes[one] ?? one);

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escaped as Slack asks, and cut where it would be longer; never within an entity or a letter of two units. */
function fitted(text: string, most: number): string {
  const letters = [...text].map((letter) => entities[letter] ?? letter);
  if (letters.join('').length <= most) return letters.join('');
  let kept = '';
  for (const letter of letters) {
    if (kept.length + letter.length > most - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}
