export { createLearner, type Learner, type LearnerSettings, type Observation } from './learner.ts';
