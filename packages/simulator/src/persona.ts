import type { Account } from '@weir/contracts';
import { exp, ln } from '@weir/windows';
import { companyName, onlineShopName, personName, shopName } from './names.ts';
import { createRandom, type Random } from './random.ts';
import {
  cardAccount,
  currencyIn,
  homeCountries,
  ibanAccount,
  type SimulatedCountry,
} from './synthetic-account.ts';

/** Who money goes to or comes from, as a transaction names it. */
export type Party = { readonly name: string; readonly account: Account };

/**
 * One account of the simulated bank and the habits behind it. The same seed
 * and index give the same persona on every day. `card`: a payment card, many
 * small purchases. `current`: a current account, transfers of all sizes.
 */
export type Persona = {
  readonly index: number;
  readonly kind: 'card' | 'current';
  readonly account: Account;
  readonly country: SimulatedCountry;
  readonly currency: string;
  /** The median of its amounts in minor units, and the standard deviation of their logarithms. */
  readonly medianMinor: number;
  readonly logDeviation: number;
  /** How often it pays, relative to the average account. */
  readonly activity: number;
  /** How likely each hour of the day is, relative to each other. */
  readonly hourWeights: readonly number[];
  readonly usualParties: readonly [Party, ...Party[]];
  /** How likely a payment goes to somebody new. */
  readonly newPartyChance: number;
  readonly employer: Party;
  readonly salaryMinor: number;
  readonly salaryDayOfMonth: number;
  readonly landlord: Party;
  readonly rentMinor: number;
  /** Rent is paid every 14 days: where in those it falls. */
  readonly rentPhase: number;
};

const daytime = [0, 0, 0, 0, 0, 0, 1, 3, 5, 6, 7, 8, 9, 8, 7, 7, 8, 9, 8, 5, 3, 2, 1, 0];
const evening = [1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 4, 5, 4, 4, 4, 5, 7, 9, 9, 8, 6, 4, 2];
const nightShift = [3, 2, 2, 2, 3, 4, 5, 5, 3, 1, 1, 0, 1, 2, 3, 4, 5, 6, 6, 5, 5, 4, 4, 3];

/** Card payments go to one of this many shops; transfers to companies and people of their own. */
const shopCount = 800;

/** The shop of an index. Shops are the same for every account, and one in six is online. */
function shop(seed: number, index: number): Party {
  const random = createRandom(seed, 'shop', index);
  const name = isOnline(index) ? onlineShopName(random) : shopName(random);
  return { name, account: { other: { id: `shop-${String(index)}`, scheme: 'SIMULATED' } } };
}

const isOnline = (shopIndex: number): boolean => shopIndex % 6 === 0;

/** A shop that sells online, for payments without a card present. */
export const onlineShop = (seed: number, random: Random): Party =>
  shop(seed, 6 * random.below(Math.floor(shopCount / 6)));

export const isOnlineShop = (party: Party): boolean =>
  'other' in party.account && isOnline(Number(party.account.other.id.slice('shop-'.length)));

const person = (random: Random, country: SimulatedCountry): Party => ({
  name: personName(random),
  account: ibanAccount(random, country),
});

const company = (random: Random, country: SimulatedCountry): Party => ({
  name: companyName(random),
  account: ibanAccount(random, country),
});

/** Somebody the account never paid before: one of the other shops, or a person or company of their own. */
export function newParty(seed: number, persona: Pick<Persona, 'kind' | 'country'>, random: Random): Party {
  if (persona.kind === 'card') return shop(seed, random.below(shopCount));
  return random.chance(0.5) ? person(random, persona.country) : company(random, persona.country);
}

/** An amount about a median: log-normal, in whole minor units, at least half a major unit. */
export const logNormalMinor = (random: Random, medianMinor: number, logDeviation: number): number =>
  Math.max(50, Math.round(exp(ln(medianMinor) + logDeviation * random.normal())));

/** Every third account is a current account. */
export function createPersona(seed: number, index: number): Persona {
  const random = createRandom(seed, 'persona', index);
  const kind = index % 3 === 0 ? 'current' : 'card';
  const country = random.pick(homeCountries);
  const medianMinor = kind === 'card' ? 1_200 + random.below(3_300) : 5_000 + random.below(9_000);
  const usual = Array.from({ length: 5 + random.below(8) }, () => newParty(seed, { kind, country }, random));
  return {
    index,
    kind,
    account: kind === 'card' ? cardAccount(random) : ibanAccount(random, country),
    country,
    currency: currencyIn(country),
    medianMinor,
    logDeviation: 0.25 + 0.15 * random.unit(),
    activity: 0.5 + random.unit(),
    hourWeights: random.pick([daytime, daytime, evening, evening, nightShift]),
    usualParties: [newParty(seed, { kind, country }, random), ...usual],
    newPartyChance: 0.04 + 0.06 * random.unit(),
    employer: company(random, country),
    salaryMinor: 180_000 + random.below(260_000),
    salaryDayOfMonth: 23 + random.below(6),
    landlord: company(random, country),
    rentMinor: Math.round((medianMinor * (120 + random.below(120))) / 100),
    rentPhase: random.below(14),
  };
}
