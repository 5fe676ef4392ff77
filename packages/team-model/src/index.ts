export { openTeamModel } from './open-team-model.ts';
export type { TeamModel, TeamModelFailure, TeamScores } from './open-team-model.ts';
export { readDescriptor } from './read-descriptor.ts';
