import type { ExplanationAnswer } from '@weir/contracts';
import { clock, shortId } from './alert-words.ts';

const quietWords = {
  snoozed: 'it is snoozed',
  closed: 'it is closed',
  silenced: 'a silence keeps it quiet',
  inhibited: 'a graver alert is open',
} as const;

const nextWords = {
  update: 'if more comes, an update not before',
  reminder: 'if nobody acknowledges it, a reminder at',
  escalation: 'if nobody acknowledges it, an escalation at',
  digest: 'the next digest at',
} as const;

/** Where an alert goes, when and why, for a person. */
export function showExplanation({ routes, quietBecause }: ExplanationAnswer): readonly string[] {
  return [
    ...quietBecause.map(({ why, until, by }) => {
      const who = by === null ? '' : ` (${why === 'inhibited' ? shortId(by) : by})`;
      return `Nothing is told for now: ${quietWords[why]}${who}${until === null ? '' : `, until ${clock(until)}`}.`;
    }),
    ...routes.flatMap(routeLines),
  ];
}

function routeLines(one: ExplanationAnswer['routes'][number]): readonly string[] {
  const { route, result, failed, told } = one;
  if (result === 'notReached') return [`${route}: not looked at, since a route before it matched.`];
  if (told === null)
    return [
      `${route}: does not match.`,
      ...failed.map(({ condition, wants, has }) => `  ${condition} wants ${wants}; it has ${has}`),
    ];
  const late = told.heldBackByQuietHours ? ', held back by quiet hours' : '';
  return [
    `${route}: matches. Told together by ${told.groupBy} (${told.group}).`,
    `  ${told.receivers.join(', ')}: first at ${clock(told.firstAt)}${late}`,
    ...told.next.map(
      ({ why, at, receivers }) =>
        `  ${nextWords[why]} ${clock(at)}${receivers.length === 0 ? '' : ` to ${receivers.join(', ')}`}`,
    ),
    ...(told.closings.length === 0 ? [] : [`  once it is closed: ${told.closings.join(', ')}`]),
  ];
}
