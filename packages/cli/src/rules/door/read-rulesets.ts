import { digestOf, inForce, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import { decodePayload, events, streams, type Rollout } from '@weir/contracts';
import { artefactBodies, ruleset as rulesetShape, type Ruleset } from '@weir/rules';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import type { Ops } from '../../ops/connect-ops.ts';
import { readEvents } from '../../ops/read-events.ts';

/** A version of a ruleset, and how it stands. */
export type RulesetStanding = {
  readonly ruleset: string;
  readonly digest: string;
  /** The named token it was published with; null of one that comes with Weir. */
  readonly publishedBy: string | null;
  readonly approvedBy: string | null;
  readonly state: 'in force' | 'canary' | 'shadow' | 'approved' | 'published' | 'built in' | 'altered';
  /** Of a canary: of a hundred accounts. */
  readonly percent: number | null;
  /** The number of the activation it stands there by; null where there is none, or since the log was opened. */
  readonly sequence: number | null;
  readonly document: Ruleset | undefined;
};

/** Every ruleset there is: those that come with Weir, then those that were published, in their order. */
export async function readRulesets(ops: Ops): Promise<readonly RulesetStanding[]> {
  const said = await readArtefacts(ops);
  const last = said.activations.at(-1);
  // Of the log that something was activated in last; before the first activation of the one there is.
  const now = last === undefined ? undefined : inForce(said, last.logId);
  const opened = now?.ruleset === undefined ? await openedWith(ops) : undefined;
  const standing: Standing = { base: now?.ruleset, candidate: now?.candidate, opened };
  return [
    ...artefactBodies.flatMap((one) => (one.kind === 'ruleset' ? [builtIn(one.body, standing)] : [])),
    ...publishedOnce(said).map((one) => published(one, said, standing)),
  ];
}

/** One of them. Throws CommandError (1) where nobody published it. */
export async function readRulesetStanding(ops: Ops, ref: string): Promise<RulesetStanding> {
  const found = (await readRulesets(ops)).find(({ ruleset }) => ruleset === ref);
  if (found !== undefined) return found;
  throw new CommandError(exitCodes.notAsItShouldBe, `Nobody has published ${ref}: see "weir rules list"`);
}

/** Its content. Throws CommandError (1) where it is not what was published. */
export function documentOf({ ruleset, document }: RulesetStanding): Ruleset {
  if (document !== undefined) return document;
  throw new CommandError(exitCodes.notAsItShouldBe, `${ruleset} is not what its name and digest say`);
}

type Activated = {
  readonly artefact: string;
  readonly sequence: number;
  readonly rollout?: Rollout | undefined;
};
type Standing = {
  readonly base: Activated | undefined;
  readonly candidate: Activated | undefined;
  /** The ruleset the log was opened with, where it still decides. */
  readonly opened: string | undefined;
};

function stateOf(ref: string, { base, candidate, opened }: Standing) {
  if (candidate?.artefact === ref && candidate.rollout !== undefined) {
    const { stage } = candidate.rollout;
    const percent = candidate.rollout.stage === 'canary' ? candidate.rollout.percent : null;
    return { state: stage, percent, sequence: candidate.sequence };
  }
  if (base?.artefact === ref) return { state: 'in force', percent: null, sequence: base.sequence } as const;
  if (opened === ref) return { state: 'in force', percent: null, sequence: null } as const;
  return undefined;
}

const idle = { percent: null, sequence: null } as const;

const builtIn = (document: Ruleset, standing: Standing): RulesetStanding => ({
  ...{ ruleset: document.ref, digest: digestOf(document), publishedBy: null, approvedBy: null, document },
  ...(stateOf(document.ref, standing) ?? { state: 'built in', ...idle }),
});

type PublishedArtefact = PublishedArtefacts['artefacts'][number];

const publishedOnce = ({ artefacts }: PublishedArtefacts): readonly PublishedArtefact[] =>
  artefacts.filter(
    (one, index) =>
      one.kind === 'ruleset' &&
      artefacts.findIndex((other) => other.kind === 'ruleset' && other.artefact === one.artefact) === index,
  );

function published(one: PublishedArtefact, said: PublishedArtefacts, standing: Standing): RulesetStanding {
  const { artefact: ruleset, digest, publishedBy = null } = one;
  const approvedBy =
    said.approvals.find((approval) => approval.artefact === ruleset && approval.digest === digest)
      ?.approvedBy ?? null;
  const read = rulesetShape.safeParse(one.body);
  const document = read.success && digestOf(one.body) === digest ? read.data : undefined;
  const about = { ruleset, digest, publishedBy, approvedBy, document };
  if (document === undefined) return { ...about, state: 'altered', ...idle };
  const waiting = { state: approvedBy === null ? 'published' : 'approved', ...idle } as const;
  return { ...about, ...(stateOf(ruleset, standing) ?? waiting) };
}

/** The ruleset that the log was opened with; undefined where its first record is no longer there. */
async function openedWith(ops: Ops): Promise<string | undefined> {
  const offsets = await ops.kafka.offsets(streams.received.topic);
  // Any partition says it; what isn't there would be waited for.
  const first = offsets.find(({ earliest, end }) => earliest === 0 && end > 0)?.partition;
  if (first === undefined) return undefined;
  let ruleset: string | undefined;
  const range = { from: new Map([[first, 0]]), until: new Map([[first, 1]]) };
  await readEvents(ops, 'received', range, ({ opened }) => {
    const said = opened.ok ? decodePayload(events.control, opened.plaintext) : undefined;
    if (said?.ok === true && said.value.kind === 'log_opened') ruleset = said.value.versions.ruleset;
  });
  return ruleset;
}
