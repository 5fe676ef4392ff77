/** Operators whose answer isn't a function of their input. */
const randomOperators: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

/** Operator sets that are part of ONNX itself; any other needs code that came from somewhere else. */
const standardDomains: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml']);

/** Graphs may lie in attributes of nodes of graphs; no honest model nests deeper. */
const deepestNesting = 32;

/**
 * Which fields of the ONNX protobuf messages lead on to others, by their field
 * numbers in onnx.proto: only what can hold a node or a tensor is looked at.
 */
const within: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 8: 'operatorSet', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: {
    5: 'tensor',
    6: 'graph',
    10: 'tensor',
    11: 'graph',
    22: 'sparseTensor',
    23: 'sparseTensor',
  },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 9: 'operatorSet', 11: 'attribute' },
  tensor: {},
  operatorSet: {},
};

type Message =
  | 'model'
  | 'graph'
  | 'node'
  | 'attribute'
  | 'tensor'
  | 'sparseTensor'
  | 'training'
  | 'function'
  | 'operatorSet';

/**
 * Why a model file isn't loaded, though it may be good ONNX: it reads other files
 * (external data), needs operators that aren't ONNX's own, or draws at random.
 * Undefined where nothing speaks against it. Answers also for bytes that are no
 * protobuf; never throws. Whether it is a model, the runtime says.
 */
export function objectionTo(bytes: Uint8Array): string | undefined {
  try {
    return inspect('model', bytes, 0);
  } catch (error) {
    if (error instanceof RangeError) return 'it is not an ONNX file';
    throw error;
  }
}

function inspect(message: Message, bytes: Uint8Array, depth: number): string | undefined {
  if (depth > deepestNesting * 3) return 'its graphs are nested too deeply';
  for (const field of fieldsOf(bytes)) {
    const objection = objectionToField(message, field) ?? inspectWithin(message, field, depth);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function inspectWithin(message: Message, { number, body }: Field, depth: number): string | undefined {
  const next = within[message][number];
  return next === undefined || body === undefined ? undefined : inspect(next, body, depth + 1);
}

function objectionToField(message: Message, { number, value, body }: Field): string | undefined {
  // external_data and data_location = EXTERNAL
  if (message === 'tensor' && (number === 13 || (number === 14 && value !== 0n)))
    return 'it keeps weights in another file';
  if ((message === 'operatorSet' && number === 1) || (message === 'node' && number === 7))
    return standardDomains.has(textOf(body)) ? undefined : "it needs operators that aren't ONNX's own";
  if (message !== 'node' || number !== 4) return undefined;
  const operator = textOf(body);
  return randomOperators.has(operator) ? `it draws at random (${operator})` : undefined;
}

const textOf = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString('utf8');

/** One field of a protobuf message: a number, or the bytes of text or of another message. */
type Field = {
  readonly number: number;
  readonly value: bigint | undefined;
  readonly body: Uint8Array | undefined;
};

/** The fields of a protobuf message one after the other. Throws RangeError where the bytes are none. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      at += 1;
      if (byte === undefined) throw new RangeError('cut short');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError('too long a number');
  };
  const skip = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, value: varint(), body: undefined };
        break;
      case 1:
        skip(8);
        break;
      case 2:
        yield { number, value: undefined, body: skip(Number(varint())) };
        break;
      case 5:
        skip(4);
        break;
      default:
        throw new RangeError('no such kind of field');
    }
  }
}
