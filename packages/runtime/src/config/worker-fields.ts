import { slug } from '@weir/contracts';
import { z } from 'zod';
import { logLevels } from '../logging/create-logger.ts';
import { durationMs, port } from './config-fields.ts';

/** What every worker process has: spread into a service's schema. */
export const workerFields = {
  WEIR_ENVIRONMENT: slug
    .default('local')
    .describe('Which deployment this is. Every sealed record is bound to it.'),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('The least severe log lines that are written.'),
  HTTP_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/, { error: 'expected a host name or an IP address' })
    .default('127.0.0.1')
    .describe('Where health and metrics are served. They are not authenticated.'),
  HTTP_PORT: port().describe('Port of health and metrics; 0 takes any free one.'),
  SHUTDOWN_TIMEOUT_MS: durationMs(10_000, { minMs: 100, maxMs: 600_000 }).describe(
    'How long a stop may take before the process ends anyway.',
  ),
};
