import { z } from 'zod';
import { alertProblems } from './alert-problems.ts';
import { problems, problemType, type AnyProblemCode } from './door.ts';
import { replayProblems } from './replay-problems.ts';

export type Json = { readonly [key: string]: unknown };

const allProblems = { ...problems, ...alertProblems, ...replayProblems };

/** What the documents of our servers are made of, for one set of named schemas, of which `problemSchema` is that of problems. */
export function openApiParts<Name extends string>(
  schemas: Readonly<Record<Name, z.ZodType>>,
  problemSchema: NoInfer<Name>,
) {
  const schemaRef = (name: Name): Json => ({ $ref: `#/components/schemas/${name}` });
  const header = (name: string): Json => ({ [name]: { $ref: `#/components/headers/${name}` } });
  return {
    schemaRef,
    header,
    answer: (description: string, schema: Name, headers: Json = {}): Json => ({
      description,
      headers,
      content: { 'application/json': { schema: schemaRef(schema) } },
    }),
    jsonBody: (schema: Name, required = true): Json => ({
      required,
      content: { 'application/json': { schema: schemaRef(schema) } },
    }),
    /** The answers to a request that failed, by status; several problems may share one. */
    failures(codes: readonly AnyProblemCode[]): Json {
      const byStatus = Map.groupBy(codes, (code) => allProblems[code][0]);
      return Object.fromEntries(
        [...byStatus]
          .toSorted(([a], [b]) => a - b)
          .map(([status, found]) => [
            String(status),
            {
              description: found.map((code) => `\`${code}\`: ${allProblems[code][1]}.`).join(' '),
              headers: {
                ...(status === 429 || status === 503 ? header('Retry-After') : {}),
                ...(status === 401 ? header('WWW-Authenticate') : {}),
              },
              content: { [problemType]: { schema: schemaRef(problemSchema) } },
            },
          ]),
      );
    },
    components: (more: { readonly headers: Json; readonly scopes: string }): Json => ({
      schemas: Object.fromEntries(
        Object.entries<z.ZodType>(schemas).map(([name, schema]) => {
          const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
          return [name, shape];
        }),
      ),
      headers: {
        'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } },
        'WWW-Authenticate': { description: 'RFC 6750', schema: { type: 'string' } },
        ...more.headers,
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: `Made by \`weir tokens add\`. ${more.scopes}` },
      },
    }),
  };
}

/** How every document says where it is itself read. */
export const documentPath: Json = {
  get: {
    operationId: 'readDocument',
    summary: 'This document',
    security: [],
    responses: {
      '200': {
        description: 'This document.',
        content: { 'application/json': { schema: { type: 'object' } } },
      },
    },
  },
};

/** Why anybody's request may fail, whatever it asks for. */
export const callerFailures = [
  'token_missing',
  'token_refused',
  'certificate_refused',
  'scope_missing',
  'rate_limited',
  'refused_too_often',
  'headers_too_large',
  'request_timeout',
  'failed',
] as const satisfies readonly AnyProblemCode[];
