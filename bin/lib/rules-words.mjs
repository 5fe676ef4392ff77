/** What each field of a ruleset document says. The page fails where the schema has a field without words. */
export const rulesetWords = {
  ref: 'name and version, such as `payments@3`; another content needs another version',
  title: 'one line for people',
  description: 'what it is for, and why it is as it is; published with it, unlike comments',
  scoring:
    '`rules`: the score is made of the weights of the rules that fire; `model`: it comes from the scorer. Absent: `rules`',
  holdAt: 'a transaction is held where its score is at least this, above 0 and up to 1',
  alertAt:
    'one that is not held raises an alert where its score is at least this, which lies below `holdAt`; absent: none does by its score',
  constants: 'numbers that expressions name, at most 200; no name may stand for two things',
  definitions: 'expressions that others name, at most 200; none may come round to itself',
  lists: 'lists that the ruleset looks at, at most 16',
  rules: 'at most 500; reasons are told in their order, of more than 50 those that mattered most',
  tests: 'transactions and the verdict they have to get, at most 500',
};

export const ruleWords = {
  id: 'the reason it gives: small letters, digits and `_`',
  title: 'the reason in words',
  severity: '`low`, `medium`, `high` or `critical`',
  weight: 'how much it alone would score, in thousandths above 0 and up to 1; of rules that score',
  when: 'an expression, or a list of conditions (`{ feature, atLeast | atMost | equals }`) that must all hold',
  then: "`score` adds its weight, `hold` holds whatever the score is, `alert` raises an alert and holds nothing. Absent: `score`, or `hold` where the score is the model's",
  mode: '`shadow`: it is evaluated and counted, and decides nothing. Absent: `live`',
  scope: 'which transactions it looks at; all of what is given must fit',
  schedule: 'when it looks, by the time of the transaction',
  typology: 'the way of fraud or laundering it is about',
  source: 'who describes that',
  explanation: 'plain words for the person who decides, with features by name in braces',
};

export const scopeWords = {
  currencies: 'ISO 4217 codes',
  channels: 'how the transaction was made',
  countries: 'ISO 3166-1 codes of two letters',
  creditDebitIndicator: '`DBIT` or `CRDT`',
  accountGroups: 'ids of lists of accounts: it must be on one of them',
  exceptAccountGroups: 'and on none of these',
};

export const scheduleWords = {
  days: '`mon` to `sun`',
  hours: '`from`, inclusive, `to`, exclusive, as `22:00`; over midnight where `to` is the earlier one',
  utcOffset: 'what days and hours are meant in, such as `+01:00`; absent: UTC',
  from: 'from this instant on',
  until: 'and before this one',
};

export const listWords = {
  id: 'what expressions and scopes call it, and the reason it gives',
  list: 'the name of the list, of which the version in force counts (`weir lists import`)',
  of: '`counterparty` or `account`',
  title: 'the reason in words',
  severity: 'as of rules',
  then: '`hold`, `alert`, `clear` (its score holds nothing; policies and what could not be checked still do) or `nothing` (only expressions and scopes ask for it)',
  explanation: 'as of rules',
};

export const testWords = {
  name: 'what it shows',
  given: 'transactions of one account, the last of which is judged',
  lists: 'who stands on a list, by its id: counterparties by their names in `given`, or `account`',
  expect:
    '`outcome` (`cleared` or `held`), `alert`, `reasons` that are among those given, shadow rules too, and reasons it is `without`',
};

export const transactionWords = {
  at: 'a distance to the last one, such as `-10m` or `-3d`, or a time such as `2025-06-18T12:00:00Z`. Absent: with the last one, which happens on a Wednesday at noon, UTC',
  amount: 'in quotes, such as `"25.00"`',
  currency: 'absent: `EUR`',
  creditDebitIndicator: 'absent: `DBIT`',
  counterparty: 'any name; the same name is the same counterparty',
  channel: 'absent: not given',
  country: 'absent: not given',
  times: 'so many of them, the last one at `at`',
  every: 'so far apart, such as `12h`',
};

/** What expressions are made of; each example is read by the code before it is shown. */
export const languageParts = [
  ['Features, by their names', ['amountOverTypical >= 3', 'newCounterparty == 1']],
  ['Constants and definitions of the document', ['amountMinor >= largeMinor && unusualAmount']],
  ['Lists of the document: whether the transaction is on it', ['watched && count_24h >= 3', '!staff']],
  [
    'What the transaction says, as text: `currency`, `channel`, `country`, `creditDebitIndicator`',
    ["currency == 'EUR'", "channel in ['atm', 'branch']"],
  ],
  [
    'Numbers, all alike whether whole or not; `+ - * /`',
    ['sumMinor_24h / count_24h > 2.5 * largeMinor', '-amountLogZ < 3'],
  ],
  ['Comparisons: `== != < <= > >=` and `in [..]`', ["country != 'DE'", 'historyState in [0, 1]']],
  [
    'And, or, not, choice, parentheses',
    ['unusualAmount && (watched || !staff)', "amountMinor > (currency == 'JPY' ? 500000 : largeMinor)"],
  ],
  ['Whether a feature has a value', ['known(amountLogZ)']],
];

/** The names that the examples use. */
export const languageNames = {
  constants: { largeMinor: 500_000 },
  definitions: { unusualAmount: 'amountOverTypical >= 3' },
  lists: ['watched', 'staff'],
};
