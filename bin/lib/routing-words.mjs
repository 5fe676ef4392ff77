export const routingExample = `receivers:
  - id: desk
    channel: mail
    to: [fraud-desk@bank.example]
  - id: on-call
    channel: pagerduty
    routingKeyFile: /run/secrets/pagerduty-key
  - id: siem
    channel: webhook
    url: https://siem.bank.example/weir
    secretsFile: /run/secrets/siem-webhook

schedules:
  nights:
    timeZone: Europe/Amsterdam
    times:
      - { from: "22:00", to: "07:00" }
      - { days: [saturday, sunday], from: "00:00", to: "24:00" }

routes:
  # A machine gets all of it, as it comes.
  - id: archive
    to: [siem]
    groupBy: alert
    waitSeconds: 0
    continue: true

  # What can't wait: at once, by day and by night.
  - id: urgent
    match:
      severityAtLeast: critical
    to: [on-call]
    waitSeconds: 0
    repeat: { afterMinutes: 30, factor: 2, mostMinutes: 240, times: 6 }
    escalate:
      - { afterMinutes: 20, to: [desk] }

  # What nobody has to be woken for.
  - id: slight
    match:
      severityOf: [low]
    to: [desk]
    groupBy: route
    digest: { at: ["09:00", "15:00"], timeZone: Europe/Amsterdam }

  # Everything else.
  - id: rest
    to: [desk]
    waitSeconds: 30
    updateMinutes: 30
    repeat: { afterMinutes: 240 }
    quietHours: { schedule: nights, below: high }

inhibit:
  # While an account is in the hands of whoever is on call, its other alerts keep quiet.
  - source: { severityAtLeast: critical }
    target: { severityOf: [low, medium] }
    equal: [account]
`;

export const routingWords = ({ mostGroupMembers }) => ({
  intro:
    'One document, YAML or JSON, says who is told of which alerts, when, and by what. `ROUTES_FILE` names it; it is read again on SIGHUP, and kept as it was where the new one is refused. Without it everything goes to `MAIL_TO` and `WEBHOOK_URL`: grouped by account, critical alerts at once and others after 10 seconds, updates every 15 minutes at most, reminders 4 hours later and then after 8, 16 and 24 more. `weir alerts route --explain` says for an alert who gets what, when and why. This page is generated from the code; why it is so stands in [ADR 32](../adr/0032-when-people-are-told.md).',
  timing: [
    'There is one model for all of it, and each notification says what comes next.',
    `1. **Route.** The first route that matches an alert takes it; where it says \`continue\`, those behind it are looked at as well. The last route takes everything, so that no alert is lost. Routes are looked at when an alert opens, grows, wakes from a snooze or joins a case; one that takes another route then leaves the groups of the old one.
2. **Group.** A route puts alerts together that have something in common (\`groupBy\`), at most ${mostGroupMembers} in a group. A group is told as one notification.
3. **Wait.** The first notification goes out \`waitSeconds\` after the first alert joined. What comes in between is in it.
4. **Update.** If something new joined after that, it is told after the same wait, and no sooner than \`updateMinutes\` after the last notification. Only what is new is told.
5. **Remind.** If nothing is new and nobody has acknowledged, a reminder comes \`repeat.afterMinutes\` after the last notification, each next one \`factor\` times later than that, up to \`mostMinutes\`, at most \`times\` in all. It tells what is new by then as well. An update begins this anew.
6. **Escalate.** If nobody has acknowledged so many minutes after the first notification, the receivers of that step are told, once. An alert that comes after the last step, while others still wait for an answer, begins the steps anew.
7. **Answer.** An alert that is acknowledged or under investigation causes no reminders and no escalations; if it grows, that is told. A snoozed one tells nothing until it wakes, by itself or because something graver joined it, and is told then. A closed one tells nothing.`,
    '**Quiet hours** hold back everything that is slighter than `below` until they end. **A digest** tells at its times what is new since the one before, instead of 3 to 6. **A silence**, made by somebody with `weir alerts silence`, keeps quiet what fulfils its conditions until it ends; then it is told. **Inhibition** keeps alerts quiet while a graver one that has something in common with them is open.',
    '**A rate limit** counts all that a receiver is told. One place in it is kept for what is critical and for summaries. What is over it is gathered for a minute at least and told as one summary as soon as the limit lets it through: how many, the gravest ten, the ids of the rest. Up to 500 alerts are in one summary.',
    'So every alert is told in some notification, unless it is silenced, inhibited, snoozed or closed first. Nobody is told one revision of an alert twice but by a reminder, an escalation or a summary. However records are cut into batches, no more is told than if they had come in one.',
  ],
  document:
    "At most 512 KiB of UTF-8. A field that is not listed here is refused, and so are: a name that there isn't, a route that is never reached, a last route that doesn't take everything, a receiver that two routes could tell of one alert, conditions that no alert fulfils, quiet hours that never end, and a secret that is written down instead of being named by its file.",
  receivers:
    'A secret never stands in the document: a file of its own holds it, which nobody else may read. What each channel sends stands in the guide of alerting.',
  routes:
    'Where a route continues, those behind it tell none of its receivers, so that nobody is told the same twice.',
  match:
    'Everything that is said has to hold; of a list one entry is enough. An alert about refused records has no account, rules, amounts or verdict, so that no such condition holds for it.',
  inhibit:
    'Only a graver alert keeps another one quiet, or one as grave that opened before it; so of several one always speaks. It does so until it is closed or snoozed, or its episode is over. What is kept quiet is looked at again every five minutes.',
  schedules:
    'Under a name, for `during` and `quietHours`. It goes by the clock on the wall: on the day on which clocks go forward a time that they skip is over at once, and one that they show twice is on twice.',
});
