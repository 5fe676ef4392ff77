import { pseudonym, rejectionCodes, severity, slug } from '@weir/contracts';
import { z } from 'zod';
import { caseDefaults, episodeDefaults } from '../intake/settings.ts';
import { receiver } from './receiver.ts';

const names = <T extends z.ZodType<string>>(name: T, most: number) => z.array(name).min(1).max(most);

/** An IANA name such as Europe/Amsterdam; whether there is such a zone is asked later, of the time zone database. */
const timeZone = z.string().min(1).max(64).describe('An IANA time zone, such as `Europe/Amsterdam`');

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
  .describe('`HH:MM`, on the clock of the time zone');

/** The end of a span of a day: midnight at its end has a name of its own. */
const endOfDay = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/)
  .describe('`HH:MM`, exclusive, up to `24:00`; one before `from` is on the next day');

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
const days = z
  .array(z.enum(weekdays))
  .min(1)
  .max(7)
  .describe('On which days it begins; every day by default');

const ruleId = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);

/** What an alert has to be; of a list one of it, and everything that is said. Nothing said: every alert. */
export const condition = z
  .strictObject({
    severityAtLeast: severity.optional().describe('As severe as this, or more'),
    severityOf: z.array(severity).min(1).max(4).optional().describe('One of these severities'),
    rules: names(ruleId, 100).optional().describe('Raised for one of these rules or groups of features'),
    verdict: z.enum(['held', 'cleared']).optional().describe('Something in it is held; or all went through'),
    kinds: z
      .array(z.enum(['unusual_transactions', 'refused_record']))
      .min(1)
      .max(2)
      .optional()
      .describe('Alerts about transactions, or about records that Weir did not write'),
    codes: z
      .array(z.enum(rejectionCodes))
      .min(1)
      .max(rejectionCodes.length)
      .optional()
      .describe('Of refused records: refused with one of these codes'),
    tenants: names(slug, 100).optional().describe('Of one of these tenants'),
    accounts: names(pseudonym, 100).optional().describe("Of one of these accounts' pseudonyms"),
    accountGroups: names(slug, 100).optional().describe('Of an account of one of these groups'),
    counterparties: names(pseudonym, 100)
      .optional()
      .describe('With one of these counterparties, by pseudonym'),
    amountMinorAtLeast: z
      .record(z.string().regex(/^[A-Z]{3}$/), z.int().min(1).max(Number.MAX_SAFE_INTEGER))
      .refine((amounts) => Object.keys(amounts).length >= 1, { message: 'at least one currency' })
      .optional()
      .describe('By currency, in its minor units: one transaction of it is as large as this, or larger'),
    during: slug.optional().describe('While this schedule is on, when the alert opens or grows'),
  })
  .describe('What an alert has to be');
export type Condition = z.infer<typeof condition>;

export const groupings = ['alert', 'account', 'case', 'rule', 'counterparty', 'tenant', 'route'] as const;
export type Grouping = (typeof groupings)[number];

const mostWaitMinutes = 7 * 24 * 60;
const minutes = z.int().min(1).max(mostWaitMinutes);
const receivers = names(slug, 10);

const repeat = z
  .strictObject({
    afterMinutes: minutes.describe('The first reminder comes so long after the last notification'),
    factor: z
      .number()
      .min(1)
      .max(10)
      .default(2)
      .describe('Each waits so many times as long as the one before'),
    mostMinutes: minutes.default(24 * 60).describe('But never longer than this'),
    times: z.int().min(1).max(50).default(4).describe('So many at most, until something new is told'),
  })
  .describe('Reminders while nothing is new and nobody has acknowledged');

const escalation = z.strictObject({
  afterMinutes: minutes.describe('So long after the first notification'),
  to: receivers.describe('Who is told then'),
});

const digest = z
  .strictObject({
    at: z.array(timeOfDay).min(1).max(24).describe('At these times of day'),
    days: days.optional(),
    timeZone,
  })
  .describe('Told together at these times, instead of after a wait; what is told so is not repeated');

const quietHours = z
  .strictObject({
    schedule: slug.describe('While this schedule is on'),
    below: severity
      .exclude(['low'])
      .default('critical')
      .describe('Only what is slighter than this is held back, until the schedule ends'),
  })
  .describe('When people are not told');

export const route = z.strictObject({
  id: slug.describe('Its name: in notifications, and where a route is explained'),
  match: condition.optional().describe('Which alerts; without it all'),
  to: receivers.describe('Who is told'),
  groupBy: z.enum(groupings).default('account').describe('What alerts have in common that are told together'),
  waitSeconds: z
    .int()
    .min(0)
    .max(3_600)
    .optional()
    .describe(
      'From the first alert to the first notification, so that what belongs together is told together; 10 by default',
    ),
  updateMinutes: minutes
    .optional()
    .describe(
      'What is new after that is told no sooner than so long after the last notification; 15 by default',
    ),
  repeat: repeat.optional(),
  escalate: z
    .array(escalation)
    .min(1)
    .max(5)
    .optional()
    .describe('Whom else to tell when nobody acknowledges'),
  digest: digest.optional(),
  quietHours: quietHours.optional(),
  continue: z.boolean().default(false).describe('Whether routes behind it are looked at as well'),
});
export type Route = z.infer<typeof route>;

export const schedule = z.strictObject({
  timeZone,
  times: z
    .array(z.strictObject({ days: days.optional(), from: timeOfDay, to: endOfDay }))
    .min(1)
    .max(50)
    .describe('It is on while a clock on the wall shows one of these'),
});
export type Schedule = z.infer<typeof schedule>;

const equalities = ['account', 'counterparty', 'tenant', 'case'] as const;

export const inhibition = z.strictObject({
  source: condition.describe('While an alert like this is open'),
  target: condition.describe('such ones tell nothing'),
  equal: z.array(z.enum(equalities)).min(1).max(4).describe('if they have this in common'),
});
export type Inhibition = z.infer<typeof inhibition>;

const episode = z
  .strictObject({
    quietMinutes: z
      .int()
      .min(1)
      .max(1_440)
      .default(episodeDefaults.quietMinutes)
      .describe('So long after its last event, by event time'),
    mostHours: z
      .int()
      .min(1)
      .max(168)
      .default(episodeDefaults.mostHours)
      .describe('So long after its first, whatever comes'),
  })
  .prefault({});

const cases = z
  .strictObject({
    counterpartyDays: z
      .int()
      .min(1)
      .max(90)
      .default(caseDefaults.counterpartyDays)
      .describe('Alerts with one counterparty within so many days are one case'),
    ruleAccounts: z
      .int()
      .min(2)
      .max(50)
      .default(caseDefaults.ruleAccounts)
      .describe('So are alerts of one rule from so many accounts'),
    ruleMinutes: z
      .int()
      .min(1)
      .max(1_440)
      .default(caseDefaults.ruleMinutes)
      .describe('within so many minutes'),
  })
  .prefault({});

/** Who is told what, when: the whole document. */
export const routingDocument = z.strictObject({
  episode: episode.describe('When an alert ends, and the next one begins'),
  cases: cases.describe('Which alerts make a case'),
  accountGroups: z
    .record(slug, z.array(pseudonym).min(1).max(10_000))
    .default({})
    .describe('Accounts by their pseudonyms, under a name'),
  receivers: z.array(receiver).min(1).max(100).describe('Who can be told, and how'),
  routes: z.array(route).min(1).max(100).describe('The first that matches decides'),
  inhibit: z
    .array(inhibition)
    .max(50)
    .default([])
    .describe('What says nothing while something graver is open'),
  schedules: z.record(slug, schedule).default({}).describe('Times of the week, under a name'),
});
export type Routing = z.infer<typeof routingDocument>;
