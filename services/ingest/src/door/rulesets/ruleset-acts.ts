import type { AuditAct, AuditRecorder } from '@weir/audit';
import {
  WeirError,
  type AccessToken,
  type ActivatedRulesetAnswer,
  type ApprovedRulesetAnswer,
  type PublishedRulesetAnswer,
  type Rollout,
} from '@weir/contracts';
import type { Activated } from '../../artefacts/activate.ts';
import { activateRuleset, type RulesetPorts } from '../../artefacts/rulesets/activate-ruleset.ts';
import { approveRuleset } from '../../artefacts/rulesets/approve-ruleset.ts';
import { publishRuleset, readForPublishing } from '../../artefacts/rulesets/publish-ruleset.ts';
import { rollBackRuleset } from '../../artefacts/rulesets/roll-back-ruleset.ts';
import { RulesetRefused } from '../../artefacts/rulesets/ruleset-refused.ts';

/** Who asks for an act: a named token, from an address. */
export type ActingCaller = { readonly token: Pick<AccessToken, 'name'>; readonly address: string };

/**
 * What may be done to rulesets by HTTP. Each act stands on the audit trail before it happens, and how it
 * ended behind it. Each throws RulesetRefused where it may not be done, and WeirErrors.
 */
export type RulesetActs = {
  readonly publish: (caller: ActingCaller, document: string) => Promise<PublishedRulesetAnswer>;
  readonly approve: (caller: ActingCaller, ref: string) => Promise<ApprovedRulesetAnswer>;
  readonly activate: (
    caller: ActingCaller,
    ref: string,
    rollout: Rollout | undefined,
  ) => Promise<ActivatedRulesetAnswer>;
  readonly rollBack: (caller: ActingCaller, leave: string | undefined) => Promise<ActivatedRulesetAnswer>;
};

type Act = Pick<AuditAct, 'action' | 'details'> & { readonly id: string };
type Done<Answer> = { readonly answer: Answer; readonly details: AuditAct['details'] };

export function createRulesetActs(options: {
  readonly ports: RulesetPorts;
  readonly recorder: Pick<AuditRecorder, 'recordBefore'>;
  readonly logId: string;
  /** The ruleset of a log whose first record is no longer there. */
  readonly openedWith: string;
}): RulesetActs {
  const { ports, recorder, logId, openedWith } = options;

  async function recorded<Answer>(
    { token, address }: ActingCaller,
    { action, id, details }: Act,
    act: () => Promise<Done<Answer>>,
  ): Promise<Answer> {
    const begun = await recorder.recordBefore({
      actor: { kind: 'token', name: token.name },
      action,
      subject: { kind: 'artefact', id },
      origin: address,
      details: { kind: 'ruleset', ...details },
    });
    try {
      const done = await act();
      await begun.end('done', done.details);
      return done.answer;
    } catch (error) {
      const refused = refusalOf(error);
      const ended =
        refused === undefined ? begun.end('failed') : begun.end('refused', { code: refused.code });
      // What is answered says why, whether or not the trail can still be told.
      await ended.catch(() => undefined);
      throw refused ?? error;
    }
  }

  return {
    publish: async (caller, document) => {
      const ruleset = await readForPublishing({ document, logId }, ports).catch(rethrow);
      const act = { action: 'artefact_published', id: ruleset.ref, details: {} } as const;
      return recorded(caller, act, async () => {
        const done = await publishRuleset({ ruleset, publishedBy: caller.token.name }, ports);
        const { artefact, digest, isKnown } = done;
        const answer = { ruleset: artefact, digest, publishedBy: done.publishedBy ?? null, isKnown };
        return { answer, details: { digest, isKnown } };
      });
    },
    approve: (caller, ref) =>
      recorded(caller, { action: 'artefact_approved', id: ref, details: {} }, async () => {
        const done = await approveRuleset({ ref, approvedBy: caller.token.name }, ports);
        const { digest, isKnown } = done;
        const publishedBy = done.publishedBy ?? null;
        const answer = { ruleset: ref, digest, publishedBy, approvedBy: done.approvedBy ?? null, isKnown };
        return { answer, details: { digest, isKnown, publishedBy: publishedBy ?? 'weir' } };
      }),
    activate: (caller, ref, rollout) => {
      const act = { action: 'artefact_activated', id: ref, details: { logId, ...wordsOf(rollout) } } as const;
      return recorded(caller, act, async () => {
        const done = await activateRuleset({ ref, logId, rollout }, ports);
        return { answer: answerOf(done), details: { sequence: done.sequence } };
      });
    },
    rollBack: (caller, leave) => {
      const details = { logId, ...(leave === undefined ? {} : { leave }) };
      const act = { action: 'artefact_activated', id: 'ruleset-before', details } as const;
      return recorded(caller, act, async () => {
        const done = await rollBackRuleset({ logId, leave, openedWith }, ports);
        if (done === undefined) return { answer: nothingDone, details: { isDue: false } };
        return { answer: answerOf(done), details: { sequence: done.sequence, artefact: done.artefact } };
      });
    },
  };
}

const nothingDone: ActivatedRulesetAnswer = { ruleset: null, sequence: null, positions: {} };

const answerOf = ({ artefact, sequence, rollout, positions }: Activated): ActivatedRulesetAnswer => ({
  ruleset: artefact,
  ...(rollout === undefined ? {} : { rollout }),
  sequence,
  positions,
});

const wordsOf = (rollout: Rollout | undefined): AuditAct['details'] => {
  if (rollout === undefined) return { rollout: 'none' };
  return rollout.stage === 'canary' ? { rollout: 'canary', percent: rollout.percent } : { rollout: 'shadow' };
};

/** What was published and can't be used is the caller's to know, and no fault of the door. */
function refusalOf(error: unknown): RulesetRefused | undefined {
  if (error instanceof RulesetRefused) return error;
  if (error instanceof WeirError && error.code === 'artefact_unknown')
    return new RulesetRefused('ruleset_altered', error.message);
  return undefined;
}

function rethrow(error: unknown): never {
  throw refusalOf(error) ?? error;
}
