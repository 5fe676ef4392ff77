export {
  createLearner,
  defaultCadenceMs,
  type Learner,
  type LearnerSettings,
  type Observation,
} from './learner.ts';
