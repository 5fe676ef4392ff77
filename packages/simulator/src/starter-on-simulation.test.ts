import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAccount, checkOfferedTransaction, currencyOf } from '@weir/contracts';
import { createJudge, resolveRuleset } from '@weir/rules';
import { createAccountHistory, defaultWindowPlan as plan, type AccountHistory } from '@weir/windows';
import { simulateDay } from './simulate-day.ts';

/** Twelve digits for a text: enough to tell the accounts of a test apart. */
function shortName(names: Map<string, string>, text: string): string {
  const name = names.get(text) ?? (names.size + 1).toString(16).padStart(12, '0');
  names.set(text, name);
  return name;
}

/** A small bank with as many stories a day as a large one has. */
const bank = { accounts: 500, establishedAccounts: 120, transactionsPerDay: 1_000 };

/** Runs a first day past a ruleset without a model, as detection would: what it held of which story. */
function holdFirstDay(seed: number, ref: string) {
  const ruleset = resolveRuleset(ref);
  assert.ok(ruleset);
  const { judge } = createJudge({ ruleset, plan, versions: { ruleset: ref, windowPlan: plan.ref } });
  const histories = new Map<string, AccountHistory>();
  const names = new Map<string, string>();
  const found = new Map<string, boolean>();
  let genuineHeld = 0;
  let held = 0;
  let offset = 0;
  for (const { offered, truth, phase } of simulateDay({ ...bank, seed, day: 0 })) {
    const outcome = checkOfferedTransaction(offered, Date.UTC(2025, 6, 1), 0);
    assert.ok(outcome.ok);
    const { account, counterparty, currency, eventTimeMs, amountMinor, creditDebitIndicator } = outcome.value;
    const owner = canonicalAccount(account);
    const history = histories.get(owner) ?? createAccountHistory(plan, [], 0);
    histories.set(owner, history);
    const record = {
      offset,
      eventTimeMs,
      observedAtSeconds: Math.floor(eventTimeMs / 1000),
      amountMinor,
      currency: currencyOf(currency)?.numericCode ?? 0,
      creditDebitIndicator,
      identity: offset.toString(16).padStart(16, '0'),
      digest: '00000000',
      counterparty:
        counterparty?.account === undefined ? '' : shortName(names, canonicalAccount(counterparty.account)),
      channel: 0,
      country: '',
    };
    offset += 1;
    const { outcome: decided } = judge(record, owner, history).verdict;
    history.append(record);
    if (phase === 'history') continue;
    if (decided === 'held') held += 1;
    if (decided === 'held' && !truth.fraudulent) genuineHeld += 1;
    if (truth.fraudulent && truth.incident !== null) {
      found.set(truth.incident, (found.get(truth.incident) ?? false) || decided === 'held');
    }
  }
  return { held, genuineHeld, frauds: found.size, foundFrauds: [...found.values()].filter(Boolean).length };
}

for (const ref of ['starter@1', 'starter@2', 'starter@3']) {
  test(`on the first simulated day ${ref} finds most frauds and holds few genuine transactions`, () => {
    const { held, genuineHeld, frauds, foundFrauds } = holdFirstDay(1, ref);
    assert.ok(held >= 20 && held <= 60, `held ${String(held)}`);
    assert.ok(foundFrauds / frauds > 0.75, `found ${String(foundFrauds)} of ${String(frauds)}`);
    assert.ok(genuineHeld < held / 3, `genuine ${String(genuineHeld)} of ${String(held)}`);
  });
}
