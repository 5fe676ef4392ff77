import type { Opener, Sealer } from '@weir/envelope';
import type { PartitionTransactions } from '@weir/kafka';
import type { Mail, Mailer, MailOutcome } from './mailer.ts';
import type { RenderedMail } from './mail/render-mail.ts';
import type { Notice, RunPlan } from './plan-run.ts';
import type { InputStream } from './read-record.ts';

/** One input partition. */
export type Input = { readonly stream: InputStream; readonly partition: number };

/** Everything a step touches outside itself. main.ts puts the real parts in. */
export type AlertingParts = {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly sealers: Readonly<Record<'alerts' | 'rejected', Sealer>>;
  readonly openTransactions: (input: Input) => PartitionTransactions;
  readonly render: (notice: Notice) => RenderedMail;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly recipients: readonly string[];
  readonly limits: {
    /** The most records one Kafka transaction takes. */
    readonly maxRecordsPerRun: number;
    /** The most mails of one partition under way at a time. */
    readonly maxParallelMails: number;
  };
  readonly observe: StepObserver;
};

/** What is told about the work, for metrics and logs: counts, places and codes, never content. */
export type StepObserver = {
  tookOver(input: Input, position: number | undefined): void;
  mailed(mail: Mail, outcome: MailOutcome, durationMs: number): void;
  stepDone(input: Input, plan: RunPlan): void;
};
