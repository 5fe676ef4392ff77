/** Why a request about alerts was refused, beside what any request may be refused for. */
export const alertProblems = {
  requester_is_approver: [403, 'Who asked for a release can not approve it'],
  alert_unknown: [404, 'No alert of yours is known by this id'],
  transaction_unknown: [404, 'The alert has no transaction of this id'],
  case_unknown: [404, 'No case of yours is known by this id'],
  silence_unknown: [404, 'No silence is known by this id'],
  alert_ambiguous: [409, 'More than one alert begins like this: say more of its id'],
  alert_closed: [409, 'The alert is closed: reopen it first'],
  alert_not_closed: [409, 'The alert is not closed'],
  until_not_ahead: [409, 'The time lies in the past'],
  until_too_far: [409, 'The time lies too far ahead'],
  nothing_held: [409, 'Nothing of the alert waits to be released'],
  silences_full: [409, 'So many silences are in force that no more are taken: end some'],
  release_not_requested: [409, 'Nobody has asked for this release'],
  match_invalid: [422, 'These are no conditions of a route'],
  receiver_unknown: [404, 'No receiver has this name'],
  store_unavailable: [503, 'The store of alerts can not be reached just now'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type AlertProblemCode = keyof typeof alertProblems;
