import type { z } from 'zod';
import { type FieldSummary, summariseField } from './field-traits.ts';

/**
 * A schema as a markdown table, for the generated configuration reference: one
 * row per variable in the schema's order. The meaning is the field's
 * `.describe()`; a field without one is a bug and throws TypeError, so that
 * the reference has no empty cell.
 */
export function describeConfig(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([variable, field]) => {
    const summary = summariseField(field as z.core.$ZodType);
    if (summary.meaning === '')
      throw new TypeError(`The configuration variable ${variable} is not described.`);
    return row([`\`${variable}\``, summary.expected, defaultCell(summary), summary.meaning]);
  });
  return [
    row(['Variable', 'Type', 'Default', 'Meaning']),
    row(['---', '---', '---', '---']),
    ...rows,
    '',
  ].join('\n');
}

function defaultCell(summary: FieldSummary): string {
  if (summary.required) return 'required';
  if (!('defaultValue' in summary)) return 'unset';
  if (summary.secret === true) return '[set]';
  const value = summary.defaultValue;
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
