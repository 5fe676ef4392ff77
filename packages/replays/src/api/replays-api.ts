import {
  artefactRef,
  instant,
  longestRulesetBytes,
  offset,
  partitionNumber,
  problems,
  replayProblems,
  sha256Hex,
} from '@weir/contracts';
import type { ProblemCode, ReplayProblemCode } from '@weir/contracts';
import { z } from 'zod';
import { replayedStreams, replayPlan } from '../plan.ts';

/** What the API of replays takes and answers. Its OpenAPI document is generated from these. */

const span = { from: instant, to: instant.describe('What stands at it, or after it, is left out') };

/** What shall be replayed. The server decides the offsets; nothing runs. */
export const replayRequest = z
  .strictObject({
    stream: z.enum(replayedStreams).default('received'),
    range: z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('logTime'), ...span }).describe('By when the log took it in'),
      z.strictObject({ by: z.literal('eventTime'), ...span }).describe('By when it happened'),
      z.strictObject({
        by: z.literal('offsets'),
        stretches: z
          .array(z.strictObject({ partition: partitionNumber, from: offset, to: offset }))
          .min(1)
          .max(4_096)
          .describe('Offsets from `from` up to before `to`, each partition once'),
      }),
    ]),
    filter: replayPlan.shape.filter.default({}),
    versions: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('then') }),
        z.strictObject({ kind: z.literal('now') }),
        z.strictObject({ kind: z.literal('ruleset'), ref: artefactRef }),
        z.strictObject({
          kind: z.literal('file'),
          document: z.string().min(1).max(longestRulesetBytes).describe('A ruleset as YAML or JSON'),
        }),
      ])
      .default({ kind: 'then' }),
    target: replayPlan.shape.target.default({ kind: 'compare' }),
    recordsPerSecond: replayPlan.shape.recordsPerSecond
      .optional()
      .describe('Absent: as the server is configured; null: as fast as it goes'),
    windowBytes: replayPlan.shape.windowBytes.optional().describe('Absent: as the server is configured'),
    incomplete: z
      .boolean()
      .default(false)
      .describe('Also where the log no longer has all that the windows would be filled with'),
  })
  .describe('What shall be replayed');
/** As a caller says it: defaults may be left out. */
export type ReplayRequest = z.input<typeof replayRequest>;
export type ReadReplayRequest = z.output<typeof replayRequest>;

/** What a plan comes to, before anything runs. */
export const replayEstimate = z
  .strictObject({
    partitions: z.int().min(1),
    records: offset.describe('Offsets of the range; fewer of them are records'),
    bytes: offset.nullable().describe('Null where nobody can say'),
    seconds: z
      .number()
      .min(0)
      .nullable()
      .describe(
        'At the rate of the plan; of a drive by its speed, where that takes longer; null as fast as it goes',
      ),
    keys: z
      .array(
        z.strictObject({
          keyRef: z.string().max(2_048),
          usable: z.boolean(),
          problem: z.string().max(64).optional().describe('Why it is not'),
        }),
      )
      .max(64)
      .describe('The keys that what is read is sealed under'),
    incompleteFrom: instant
      .optional()
      .describe('The log no longer has all the windows need: from here on verdicts could be right'),
  })
  .describe('What a plan comes to');
export type ReplayEstimate = z.infer<typeof replayEstimate>;

export const replayStates = [
  'planned',
  'approved',
  'running',
  'paused',
  'stopped',
  'done',
  'failed',
] as const;
export type ReplayState = (typeof replayStates)[number];

/** What a replay came to. */
export const replayEnding = z
  .strictObject({
    records: offset.describe('Those that were read, which the root is over'),
    differences: offset.describe(
      'Records of which the journal says otherwise, also those of which it says something of another sort (unaccounted): nothing differs only where it is 0',
    ),
    unjudged: offset.describe(
      'Records that could not be judged again, or handed over, because they could not be opened',
    ),
    root: sha256Hex.describe('Of the manifest'),
    handedOver: offset.optional().describe('Records that the target was handed; absent where it compares'),
  })
  .describe('What a replay came to');
export type ReplayEnding = z.infer<typeof replayEnding>;

export const replayAnswer = z
  .strictObject({
    replayId: replayPlan.shape.replayId,
    state: z.enum(replayStates),
    hash: sha256Hex.describe('Of the plan: what is approved'),
    needsApproval: z.boolean().describe('Another named token has to approve it before it runs'),
    approvedBy: z.string().nullable(),
    approvedAt: instant.nullable(),
    changedBy: z
      .string()
      .nullable()
      .describe('Whose word changed the state last; null where it came about by itself'),
    changedAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    progress: z
      .strictObject({
        phase: z.enum(['waiting', 'warming', 'judging', 'copying', 'driving']),
        done: offset.describe('Offsets that are done with'),
        of: offset,
        perSecond: z.number().min(0),
        secondsLeft: z.int().min(0).nullable().describe('Null where nothing moved of late'),
        differences: offset,
        nextInSeconds: offset
          .optional()
          .describe('Of a drive that waits: in how long the next record is due'),
      })
      .nullable()
      .describe('Of one that has begun'),
    trouble: z
      .strictObject({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why it waits for somebody, or has failed'),
    ending: replayEnding.nullable(),
    plan: replayPlan,
    estimate: replayEstimate,
  })
  .describe('A replay');
export type ReplayAnswer = z.infer<typeof replayAnswer>;

export const replayListAnswer = z
  .strictObject({ replays: z.array(replayAnswer).max(100).describe('The newest first') })
  .describe('Replays');
export type ReplayListAnswer = z.infer<typeof replayListAnswer>;

export const replayApproval = z
  .strictObject({ hash: sha256Hex.describe('Of the plan that was looked at') })
  .describe('That somebody else approves a plan');

const problemCodes = [...Object.keys(problems), ...Object.keys(replayProblems)] as [
  ProblemCode | ReplayProblemCode,
  ...(ProblemCode | ReplayProblemCode)[],
];

/** RFC 9457 problem details, as the API of replays answers them. */
export const replayProblem = z
  .strictObject({
    type: z.string().describe('urn:weir:problem: and the code'),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().optional(),
  })
  .describe('Why the request failed (RFC 9457)');
export type ReplayProblem = z.infer<typeof replayProblem>;
