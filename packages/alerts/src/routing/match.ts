import type { Alert } from '../model.ts';
import { isAtLeast } from '../severity.ts';
import type { Condition, Routing } from './document.ts';
import { isOn } from './schedule-time.ts';

/** A condition that an alert doesn't fulfil: the name of the field, what it wants and what there is. */
export type FailedCondition = {
  readonly condition: keyof Condition;
  readonly wants: string;
  readonly has: string;
};

/** What conditions are looked up in. */
export type MatchContext = {
  readonly routing: Pick<Routing, 'accountGroups' | 'schedules'>;
  readonly nowMs: number;
};

type Check = (
  wanted: Condition,
  alert: Alert,
  context: MatchContext,
) => { readonly isMet: boolean; readonly wants: string; readonly has: string } | undefined;

const oneOf = (wanted: readonly string[] | undefined, has: readonly (string | null)[]): ReturnType<Check> =>
  wanted === undefined
    ? undefined
    : {
        isMet: has.some((one) => one !== null && wanted.includes(one)),
        wants: wanted.join(', '),
        has: has.filter((one) => one !== null).join(', ') || 'none',
      };

/** One for each field of a condition. */
const checks: { readonly [Field in keyof Required<Condition>]: Check } = {
  severityAtLeast: ({ severityAtLeast }, { severity }) =>
    severityAtLeast && {
      isMet: isAtLeast(severity, severityAtLeast),
      wants: severityAtLeast,
      has: severity,
    },
  severityOf: ({ severityOf }, { severity }) => oneOf(severityOf, [severity]),
  rules: ({ rules }, alert) => oneOf(rules, alert.rules),
  verdict: ({ verdict }, alert) => oneOf(verdict && [verdict], [alert.verdict]),
  kinds: ({ kinds }, { kind }) => oneOf(kinds, [kind]),
  codes: ({ codes }, { code }) => oneOf(codes, [code]),
  tenants: ({ tenants }, { tenant }) => oneOf(tenants, [tenant]),
  accounts: ({ accounts }, { account }) => oneOf(accounts, [account]),
  accountGroups: ({ accountGroups }, { account }, { routing }) =>
    accountGroups && oneOf(accountGroups, groupsOf(account, routing, accountGroups)),
  counterparties: ({ counterparties }, alert) => oneOf(counterparties, alert.counterparties),
  amountMinorAtLeast: ({ amountMinorAtLeast }, alert) =>
    amountMinorAtLeast && largeEnough(amountMinorAtLeast, alert),
  during: ({ during }, _alert, { routing, nowMs }) => {
    if (during === undefined) return undefined;
    const schedule = Object.hasOwn(routing.schedules, during) ? routing.schedules[during] : undefined;
    const isMet = schedule !== undefined && isOn(schedule, nowMs);
    return { isMet, wants: during, has: isMet ? during : `not ${during}` };
  },
};

const groupsOf = (
  account: string | null,
  { accountGroups }: MatchContext['routing'],
  names: readonly string[],
): readonly string[] =>
  names.filter(
    (name) =>
      account !== null &&
      Object.hasOwn(accountGroups, name) &&
      accountGroups[name]?.includes(account) === true,
  );

function largeEnough(
  amounts: NonNullable<Condition['amountMinorAtLeast']>,
  { totals }: Alert,
): ReturnType<Check> {
  const largest = (currency: string): number =>
    Math.max(0, ...totals.filter((total) => total.currency === currency).map((total) => total.largestMinor));
  const wanted = Object.entries(amounts);
  return {
    isMet: wanted.some(([currency, least]) => largest(currency) >= least),
    wants: wanted.map(([currency, least]) => `${currency} ${least}`).join(', '),
    has: wanted.map(([currency]) => `${currency} ${largest(currency)}`).join(', '),
  };
}

const fields = Object.keys(checks) as (keyof Condition)[];

/** Everything that keeps an alert from matching; empty where it matches, as it does where nothing is wanted. */
export const failedConditions = (
  wanted: Condition | undefined,
  alert: Alert,
  context: MatchContext,
): readonly FailedCondition[] =>
  wanted === undefined
    ? []
    : fields
        .filter((field) => wanted[field] !== undefined)
        .flatMap((field) => {
          const checked = checks[field](wanted, alert, context);
          if (checked === undefined || checked.isMet) return [];
          return [{ condition: field, wants: checked.wants, has: checked.has }];
        });

export const matches = (wanted: Condition | undefined, alert: Alert, context: MatchContext): boolean =>
  failedConditions(wanted, alert, context).length === 0;
