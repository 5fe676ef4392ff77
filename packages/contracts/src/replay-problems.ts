/** Why a request about replays was refused, beside what any request may be refused for. */
export const replayProblems = {
  planner_is_approver: [403, 'Who planned a replay can not approve it'],
  replay_unknown: [404, 'No replay is known by this id'],
  range_empty: [409, 'The range holds no records'],
  range_incomplete: [409, 'The log no longer has all that the windows would have to be filled with'],
  range_undecided: [409, 'Nothing of the range stands in the journal yet'],
  keys_unusable: [409, 'Records of the range are sealed under a key that can not be used'],
  plan_altered: [409, 'The plan is not what was planned, or not what was approved'],
  replay_not_approved: [409, 'Another named token has to approve the plan first'],
  replay_state_other: [409, 'The replay is in a state in which that can not be done'],
  replay_underway: [409, 'Another replay runs, and only one does at a time'],
  replay_unfinished: [409, 'The replay has not come to its end yet'],
  replays_full: [409, 'As many replays are kept as there may be'],
  export_absent: [409, 'The replay has no records to hand over'],
  target_exists: [409, 'The topic that records would be copied to exists already'],
  receiver_unconfigured: [422, 'No receiver is configured by this name'],
  target_unfit: [422, 'This target can not be had of this stream, or not without the filter it takes'],
  replay_unavailable: [503, 'A part that this takes can not be reached just now'],
  disk_unavailable: [507, 'The folder of replays can not be written or read'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ReplayProblemCode = keyof typeof replayProblems;
