export { faults, type Fault } from './faults.ts';
export {
  fraudScenarios,
  genuineScenarios,
  type FraudScenario,
  type GenuineScenario,
  type Scenario,
  type Truth,
} from './planned-transaction.ts';
export { createRandom, type Random } from './random.ts';
export * from './simulate-day.ts';
