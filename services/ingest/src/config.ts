import { artefactRef, listOf, modelPolicy, parseInstant, reporter, slug } from '@weir/contracts';
import {
  checkKafkaFields,
  checkKmsFields,
  count,
  crossFieldCheck,
  durationMs,
  givenKmsKeys,
  kafkaFields,
  kmsFields,
  secretFile,
  textFile,
  workerFields,
  type GivenFields,
} from '@weir/runtime';
import { z } from 'zod';
import { checkDoorFields, doorFields } from './door/door-fields.ts';

const dayMs = 86_400_000;

/** An artefact's name without a version. */
const artefactName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
  error: 'expected 1 to 63 of a–z, 0–9 and hyphens, beginning with a letter or digit',
});

const instantMs = z.string().transform((text, context) => {
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.epochMs;
  context.addIssue({ code: 'custom', message: 'expected a date-time with its offset (RFC 3339)' });
  return z.NEVER;
});

/** Everything ingest can be told. Each mode needs fields of its own. */
export const ingestConfig = z
  .object({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    MODE: z
      .enum([
        'source',
        'serve',
        'open-log',
        'publish-plan',
        'activate-plan',
        'outcomes',
        'follow',
        'activate-model',
        'roll-back-model',
        'model-policy',
        'activate-team-model',
        'import-list',
        'test-list',
        'identify',
        'redrive',
      ])
      .default('source')
      .describe(
        "Feed one source and end, serve the HTTP door, make the topics and name the log, publish a window plan or bring one into force, import outcomes and end, bring newer models into force as they come, bring one model or the one before into force, say whether models come into force by themselves, bring a team's own model into force, import a list of accounts or counterparties, ask one, name a transaction by its pseudonym, or offer dead letters again that standard input says.",
      ),
    INPUT_FILE: z
      .string()
      .optional()
      .describe(
        'The file to feed, gzip or plain; "-" is standard input. Needed in source, outcomes and import-list mode.',
      ),
    MAPPING_FILE: textFile()
      .optional()
      .describe('JSON that says how CSV columns become fields. Set, the input is CSV; unset, NDJSON.'),
    TENANT: slug
      .optional()
      .describe(
        'Whose transactions, or whose accounts, these are. Needed in source, outcomes, identify and list modes.',
      ),
    SOURCE: slug.optional().describe('The connection they come in by. Needed in source and outcomes mode.'),
    LEDGER_FILE: z
      .string()
      .optional()
      .describe(
        'Where the ingest ledger and the position to resume from are kept, one file per source. Needed in source mode.',
      ),
    REPORT_FILE: z.string().optional().describe('Where to write the final summary as JSON.'),
    FORCE: z
      .enum(['true', 'false'])
      .default('false')
      .describe('Feed from the beginning, whatever the ledger says.'),
    UNTIL_EVENT_TIME: instantMs
      .optional()
      .describe(
        'Stop before the first record that happened at or after this (RFC 3339). A later run goes on there.',
      ),
    FUTURE_LIMIT_MS: durationMs(dayMs).describe(
      'How far ahead of the clock a record may claim to have happened.',
    ),
    OUTAGE_LIMIT_MS: durationMs(300_000).describe(
      'How long to go on trying while Kafka or the KMS is away before ending with code 75.',
    ),
    INDEX_KEY_FILE: secretFile()
      .optional()
      .describe(
        'The key pseudonyms are made with: 32 bytes or more in base64. Needed in source, serve, outcomes, redrive and list modes.',
      ),
    INDEX_KEY_VERSION: count(1, { min: 1, max: 9_999 }).describe(
      'Stands in every pseudonym made with the key.',
    ),
    ROUTING_KEY_FILE: secretFile()
      .optional()
      .describe(
        'The key accounts are routed to partitions with; never changed. 32 bytes or more in base64. Needed in source, serve and redrive mode.',
      ),
    LOG_PARTITIONS: count(4, { min: 1, max: 10_000 }).describe(
      'Partitions of a log that is opened. Fixed for its life.',
    ),
    REPLICATION_FACTOR: count(1, { min: 1, max: 15 }).describe(
      'Copies of each partition of the topics that are made.',
    ),
    PLAN_FILE: textFile().optional().describe('A window plan as JSON. Needed to publish one.'),
    PLAN: artefactRef.optional().describe('The window plan to bring into force. Needed to activate one.'),
    LOG_ID: z.uuid().optional().describe('The log to bring it into force in. Needed to activate one.'),
    RULESET: artefactRef
      .default('starter@3')
      .describe('In force from the beginning of a log that is opened.'),
    WINDOW_PLAN: artefactRef
      .default('standard@1')
      .describe('In force from the beginning of a log that is opened.'),
    OUTCOMES_FORMAT: z
      .enum(['csv', 'ndjson'])
      .optional()
      .describe('What a file of outcomes is; unset, its name says so, and standard input is NDJSON.'),
    MODEL: artefactRef.optional().describe('The model to bring into force. Needed to activate one.'),
    TEAM_MODEL_FILE: textFile()
      .optional()
      .describe("What is known of a team's own model, as JSON. Needed to bring one into force."),
    MODEL_POLICY: modelPolicy.shape.mode
      .optional()
      .describe(
        "Whether the learner's newer models come into force by themselves. Needed to change it; the last word counts.",
      ),
    ACTING_PERSON: reporter
      .optional()
      .describe(
        'Who decides about models, imports lists, or reports outcomes that name nobody, as the audit trail is to say it. Needed in those modes.',
      ),
    LIST: artefactName
      .optional()
      .describe('The list to import or to ask, without a version. Needed for that.'),
    LIST_OF: listOf.optional().describe('Whose pseudonyms the list holds. Needed to import one.'),
    LIST_ACT: z
      .enum(['replace', 'add', 'remove'])
      .default('replace')
      .describe('Whether the file is the whole list, or comes to or goes from the entries that are there.'),
    LIST_EXPIRES_IN_DAYS: count(0, { max: 36_500 }).describe(
      'When entries expire that say no expiresAt, in days from the import; 0 is never.',
    ),
    MAX_BAD_PERCENT: count(1, { max: 100 }).describe(
      'Of the lines of a list; where more are bad nothing is published.',
    ),
    REFUSALS_FILE: z
      .string()
      .optional()
      .describe(
        'Where to write the numbers of the bad lines of a list and what was wrong; unset, beside INPUT_FILE with .refused.csv behind its name.',
      ),
    FOLLOW_MODELS: z
      .enum(['true', 'false'])
      .default('true')
      .describe(
        "Whether the door brings the learner's newer models into force; false where MODE=follow does.",
      ),
    FOLLOW_EVERY_MS: durationMs(5_000, { minMs: 100, maxMs: 3_600_000 }).describe(
      'How often whoever follows models looks for a newer one.',
    ),
    ...doorFields,
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(
    crossFieldCheck((given) => [
      ...missingOfMode(given),
      ...missingMapping(given),
      ...missingKeys(given),
      ...(modeOf(given) === 'serve' ? checkDoorFields(given) : []),
    ]),
  );

export type IngestConfig = Readonly<z.output<typeof ingestConfig>>;

const neededInMode = {
  source: ['INPUT_FILE', 'TENANT', 'SOURCE', 'LEDGER_FILE', 'INDEX_KEY_FILE', 'ROUTING_KEY_FILE'],
  serve: ['DOOR_PORT', 'DOOR_TOKENS_FILE', 'INDEX_KEY_FILE', 'ROUTING_KEY_FILE'],
  'open-log': [],
  'publish-plan': ['PLAN_FILE'],
  'activate-plan': ['PLAN', 'LOG_ID'],
  outcomes: ['INPUT_FILE', 'TENANT', 'SOURCE', 'INDEX_KEY_FILE', 'ACTING_PERSON'],
  follow: [],
  'activate-model': ['MODEL', 'ACTING_PERSON'],
  'roll-back-model': ['ACTING_PERSON'],
  'model-policy': ['MODEL_POLICY', 'ACTING_PERSON'],
  'activate-team-model': ['TEAM_MODEL_FILE', 'ACTING_PERSON'],
  'import-list': ['INPUT_FILE', 'TENANT', 'INDEX_KEY_FILE', 'LIST', 'LIST_OF', 'ACTING_PERSON'],
  'test-list': ['TENANT', 'INDEX_KEY_FILE', 'LIST'],
  identify: ['TENANT', 'INDEX_KEY_FILE'],
  redrive: ['INDEX_KEY_FILE', 'ROUTING_KEY_FILE'],
} as const satisfies Record<IngestConfig['MODE'], readonly string[]>;

const keysOfModels = ['received', 'artefacts', 'models', 'intake'] as const;

/** The streams each mode seals or opens; the journal is the door's. */
const keysInMode = {
  source: ['received', 'rejected'],
  serve: ['received', 'rejected', 'decisions', 'artefacts', 'lists', 'intake'],
  'open-log': ['received'],
  'publish-plan': ['artefacts', 'intake'],
  'activate-plan': ['received', 'artefacts', 'intake'],
  outcomes: ['received', 'rejected', 'outcomes', 'intake'],
  follow: keysOfModels,
  'activate-model': keysOfModels,
  'roll-back-model': keysOfModels,
  'model-policy': ['artefacts', 'intake'],
  'activate-team-model': ['received', 'artefacts', 'intake'],
  'import-list': ['received', 'artefacts', 'lists', 'intake'],
  'test-list': ['received', 'artefacts', 'lists'],
  identify: [],
  redrive: ['received', 'rejected'],
} as const satisfies Record<IngestConfig['MODE'], readonly string[]>;

/** A mode that isn't one is told by its own field. */
function modeOf(given: GivenFields): IngestConfig['MODE'] {
  const mode = String(given.value('MODE'));
  return Object.hasOwn(neededInMode, mode) ? (mode as IngestConfig['MODE']) : 'source';
}

function missingOfMode(given: GivenFields) {
  const mode = modeOf(given);
  return neededInMode[mode]
    .filter((variable) => !given.has(variable))
    .map((variable) => ({ variable, message: `is needed in ${mode} mode` }));
}

/** Read as NDJSON, every line of a CSV file would end in the rejected topic. */
function missingMapping(given: GivenFields) {
  const input = given.value('INPUT_FILE');
  const isCsv = typeof input === 'string' && /\.csv(\.gz)?$/i.test(input);
  if (modeOf(given) !== 'source' || !isCsv || given.has('MAPPING_FILE')) return [];
  return [{ variable: 'MAPPING_FILE', message: 'is needed where INPUT_FILE is CSV' }];
}

function missingKeys(given: GivenFields) {
  const keys = givenKmsKeys(given);
  if (keys === undefined) return [];
  const mode = modeOf(given);
  const follows = mode === 'serve' && given.value('FOLLOW_MODELS') !== 'false';
  return [...new Set<string>([...keysInMode[mode], ...(follows ? keysOfModels : [])])]
    .filter((stream) => !Object.hasOwn(keys, stream))
    .map((stream) => ({ variable: 'KMS_KEYS', message: `expected a key for the stream ${stream}` }));
}
