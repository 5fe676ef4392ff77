/** A rulebook of its own making: `rules` and what follows are given, the first rule from line 5 on. */
export const rulebookOf = (rest: string): string => `ref: payments@1
scoring: rules
holdAt: 0.5
rules:
${rest}`;

/** One rule, from `when` on its fifth line. */
export const ruleOf = (when: string, more = ''): string => `  - id: burst
    title: Burst
    severity: high
    weight: 0.6
    when: ${when}
    explanation: There were {count_1h}.
${more}`;
