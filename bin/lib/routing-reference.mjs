import { mostGroupMembers, readRouting } from '../../packages/alerts/src/index.ts';
import { routingDocument } from '../../packages/alerts/src/routing/document.ts';
import { readDocument } from '../../packages/rulebook/src/read-document.ts';
import { markdownTable } from './markdown-table.mjs';
import { routingExample, routingWords } from './routing-words.mjs';

/** What a value looks like, of its JSON Schema. */
function kindOf(schema) {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.type === 'array')
    return `list of ${schema.maxItems === undefined ? '' : `up to ${schema.maxItems}: `}${itemsOf(schema.items)}`;
  if (schema.type === 'integer' || schema.type === 'number') return rangeOf(schema);
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'object') return schema.properties === undefined ? 'values by name' : 'fields, below';
  return 'text';
}

const itemsOf = (items) =>
  items.type === 'object' || items.oneOf !== undefined ? 'fields, below' : kindOf(items);

function rangeOf({ type, minimum, maximum }) {
  const whole = type === 'integer' ? 'whole number' : 'number';
  return maximum >= Number.MAX_SAFE_INTEGER
    ? `${whole} from ${minimum}`
    : `${whole}, ${minimum} to ${maximum}`;
}

/** Throws where a field has no words. */
function fieldTable({ properties, required = [] }, except = []) {
  return markdownTable(
    ['Field', 'What it says', 'Values', 'Default'],
    Object.entries(properties)
      .filter(([name]) => !except.includes(name))
      .map(([name, schema]) => {
        if (schema.description === undefined)
          throw new TypeError(`the routing field ${name} is without words`);
        const isPlain = schema.default !== undefined && typeof schema.default !== 'object';
        return [
          `\`${name}\`${required.includes(name) ? ' (needed)' : ''}`,
          schema.description,
          kindOf(schema),
          isPlain ? `\`${schema.default}\`` : '',
        ];
      }),
  );
}

/** Fields that all receivers have are told once. */
function receiverTables({ items: { oneOf } }) {
  const shared = ['id', 'channel', 'rateLimit'];
  const [{ properties }] = oneOf;
  const channels = oneOf.map((one) => one.properties.channel.const);
  const channel = { enum: channels, description: 'By which channel it is told' };
  const all = {
    properties: { id: properties.id, channel, rateLimit: properties.rateLimit },
    required: ['id', 'channel'],
  };
  return [
    fieldTable(all),
    '#### `rateLimit`',
    fieldTable(properties.rateLimit),
    ...oneOf.flatMap((one) => [`#### ${one.properties.channel.const}`, fieldTable(one, shared)]),
  ];
}

/** Throws where the code would refuse the example. */
function checkedExample() {
  const read = readDocument(routingExample);
  const outcome = read.ok ? readRouting(read.body) : read;
  if (!outcome.ok) throw new TypeError(`the example is refused: ${JSON.stringify(outcome.problems)}`);
  return `\`\`\`yaml\n${routingExample.trim()}\n\`\`\``;
}

/** docs/reference/routing.md, from the schema of routing documents. */
export function routingPage() {
  const schema = routingDocument.toJSONSchema({ io: 'input' });
  const { episode, cases, receivers, routes, inhibit, schedules } = schema.properties;
  const { match, repeat, escalate, digest, quietHours } = routes.items.properties;
  const words = routingWords({ mostGroupMembers });
  return [
    '# Routing',
    words.intro,
    checkedExample(),
    '## When people are told',
    ...words.timing,
    '## The document',
    words.document,
    fieldTable(schema),
    '### An episode',
    fieldTable(episode),
    '### A case',
    fieldTable(cases),
    '### A receiver',
    words.receivers,
    ...receiverTables(receivers),
    '### A route',
    words.routes,
    fieldTable(routes.items),
    '#### `match`, and the conditions of a silence',
    words.match,
    fieldTable(match),
    '#### `repeat`',
    fieldTable(repeat),
    '#### `escalate`, each step',
    fieldTable(escalate.items),
    '#### `digest`',
    fieldTable(digest),
    '#### `quietHours`',
    fieldTable(quietHours),
    '### An inhibition',
    words.inhibit,
    fieldTable(inhibit.items),
    '### A schedule',
    words.schedules,
    fieldTable(schedules.additionalProperties),
    '#### Each of its times',
    fieldTable(schedules.additionalProperties.properties.times.items),
  ];
}
