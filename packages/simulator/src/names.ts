import type { Random } from './random.ts';

/** Made-up names: any likeness to a person or a business is chance. */
const givenNames = [
  'Ada',
  'Bram',
  'Carla',
  'Daan',
  'Elif',
  'Finn',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kaja',
  'Liam',
  'Mira',
  'Noor',
  'Oskar',
  'Pia',
  'Quentin',
  'Rosa',
  'Sven',
  'Thea',
  'Umut',
  'Vera',
  'Wim',
  'Xenia',
  'Yara',
  'Zoë',
];
const familyNames = [
  'Abendrot',
  'Birkenfeld',
  'Claasen',
  'Dornbusch',
  'Eikenaar',
  'Farnwald',
  'Grünspan',
  'Hazelhoff',
  'Immergrün',
  'Jasmund',
  'Kornblum',
  'Lindqvist',
  'Moorland',
  'Nachtweh',
  'Overbeek',
  'Pfefferkorn',
  'Quellmalz',
  'Rosenthaler',
  'Silberbach',
  'Tannhäuser',
  'Uhlenhorst',
  'Vogelzang',
  'Wiesengrund',
  'Zandstra',
];
const trades = [
  'Bakery',
  'Grocer',
  'Bookshop',
  'Pharmacy',
  'Café',
  'Hardware',
  'Florist',
  'Cinema',
  'Fuel',
  'Bistro',
  'Butcher',
  'Optician',
  'Cycles',
  'Records',
  'Garden Centre',
  'Launderette',
];
const onlineTrades = ['Streaming', 'Games', 'Webshop', 'Apps', 'Tickets', 'Hosting'];
const companies = [
  'Energy',
  'Water Works',
  'Insurance',
  'Telecom',
  'Housing',
  'Savings',
  'Transport',
  'Sports Club',
];

const trading = (random: Random, kinds: readonly string[]): string =>
  `${random.pick(kinds)} ${random.pick(familyNames)}`;

export const personName = (random: Random): string =>
  `${random.pick(givenNames)} ${random.pick(familyNames)}`;
export const shopName = (random: Random): string => trading(random, trades);
export const onlineShopName = (random: Random): string => trading(random, onlineTrades);
export const companyName = (random: Random): string =>
  `${random.pick(familyNames)} ${random.pick(companies)}`;
