// Small models, put together from the protobuf messages of onnx.proto (ONNX IR
// version 8, operator set 17), so that no test needs Python or a binary file.

const float = 1;
const int64 = 7;
const bool = 9;

function varint(value: bigint): number[] {
  const low = Number(value & 127n);
  const rest = BigInt.asUintN(64, value) >> 7n;
  return rest === 0n ? [low] : [low | 128, ...varint(rest)];
}

const number = (field: number, value: number | bigint): Buffer =>
  Buffer.from([...varint(BigInt(field << 3)), ...varint(BigInt(value))]);

export function bytes(field: number, value: Buffer | string): Buffer {
  const body = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([
    Buffer.from([...varint(BigInt((field << 3) | 2)), ...varint(BigInt(body.length))]),
    body,
  ]);
}

const all = Buffer.concat;

const constant = (name: string, type: number, dims: readonly number[], raw: Uint8Array): Buffer =>
  all([...dims.map((dim) => number(1, dim)), number(2, type), bytes(8, name), bytes(9, Buffer.from(raw))]);

const floats = (name: string, dims: readonly number[], values: readonly number[]): Buffer =>
  constant(name, float, dims, new Uint8Array(Float32Array.from(values).buffer));

const node = (operator: string, inputs: readonly string[], output: string, ...attributes: Buffer[]): Buffer =>
  all([
    ...inputs.map((input) => bytes(1, input)),
    bytes(2, output),
    bytes(4, operator),
    ...attributes.map((attribute) => bytes(5, attribute)),
  ]);

const named = (name: string, type: number, dims: readonly (string | number)[]): Buffer => {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'string' ? bytes(2, dim) : number(1, dim)));
  return all([bytes(1, name), bytes(2, bytes(1, all([number(1, type), bytes(2, all(shape))])))]);
};

type Graph = { nodes: Buffer[]; constants?: Buffer[]; inputs: Buffer[]; outputs: Buffer[] };

const graph = ({ nodes, constants = [], inputs, outputs }: Graph): Buffer =>
  all([
    ...nodes.map((one) => bytes(1, one)),
    bytes(2, 'graph'),
    ...constants.map((one) => bytes(5, one)),
    ...inputs.map((one) => bytes(11, one)),
    ...outputs.map((one) => bytes(12, one)),
  ]);

const modelOf = (body: Graph, domain = ''): Buffer =>
  all([number(1, 8), bytes(7, graph(body)), bytes(8, all([bytes(1, domain), number(2, 17)]))]);

const x = (columns: number): Buffer => named('x', float, ['n', columns]);

/** Sigmoid(x · weights + bias), or without the sigmoid its logit. */
export const logisticModel = (weights: readonly number[], bias: number, last = 'Sigmoid'): Buffer =>
  modelOf({
    nodes: [node('MatMul', ['x', 'w'], 'p'), node('Add', ['p', 'b'], 'z'), node(last, ['z'], 'y')],
    constants: [floats('w', [weights.length, 1], weights), floats('b', [1], [bias])],
    inputs: [x(weights.length)],
    outputs: [named('y', float, ['n', 1])],
  });

/** Gives its input back as its output: every shape and every number. */
export const echoModel = (columns: number): Buffer =>
  modelOf({
    nodes: [node('Identity', ['x'], 'y')],
    inputs: [x(columns)],
    outputs: [x(columns)].map(() => named('y', float, ['n', columns])),
  });

/** Counts in a loop up to the sum of its inputs before it answers 0. */
export const loopingModel = (columns: number): Buffer => {
  const body = graph({
    nodes: [node('Identity', ['go'], 'goOn'), node('Mul', ['v', 'one'], 'next')],
    constants: [floats('one', [1], [1])],
    inputs: [named('i', int64, []), named('go', bool, []), named('v', float, ['n', 1])],
    outputs: [named('goOn', bool, []), named('next', float, ['n', 1])],
  });
  const attribute = (name: string, type: number, value: Buffer) =>
    all([bytes(1, name), value, number(20, type)]);
  return modelOf({
    nodes: [
      node('ReduceSum', ['x'], 'sum', attribute('keepdims', 2, number(3, 0))),
      node('Cast', ['sum'], 'times', attribute('to', 2, number(3, int64))),
      node('MatMul', ['x', 'w'], 'p'),
      node('Loop', ['times', 'yes', 'p'], 'y', attribute('body', 5, bytes(6, body))),
    ],
    constants: [
      floats('w', [columns, 1], new Array<number>(columns).fill(0)),
      constant('yes', bool, [], Uint8Array.of(1)),
    ],
    inputs: [x(columns)],
    outputs: [named('y', float, ['n', 1])],
  });
};

/** Adds noise, which no two runs share. */
export const randomModel = (): Buffer =>
  modelOf({
    nodes: [node('RandomUniformLike', ['x'], 'y')],
    inputs: [x(1)],
    outputs: [named('y', float, ['n', 1])],
  });

/** Says that its weights lie in a file beside it. */
export const externalModel = (): Buffer => {
  const place = bytes(13, all([bytes(1, 'location'), bytes(2, 'weights.bin')]));
  const elsewhere = all([number(1, 1), number(1, 1), number(2, float), bytes(8, 'w'), place, number(14, 1)]);
  return modelOf({
    nodes: [node('MatMul', ['x', 'w'], 'y')],
    constants: [elsewhere],
    inputs: [x(1)],
    outputs: [named('y', float, ['n', 1])],
  });
};

/** Needs operators of another domain than ONNX's. */
export const foreignModel = (): Buffer =>
  modelOf(
    { nodes: [node('Identity', ['x'], 'y')], inputs: [x(1)], outputs: [named('y', float, ['n', 1])] },
    'com.example',
  );
