// A program that is killed while its model never comes back.

import { loopingModel } from './onnx.fixture.ts';
import { startModelProcess } from './start-model-process.ts';

const model = startModelProcess(loopingModel(1));
await model.ask({ kind: 'load', input: 'x', output: 'y', columns: 1 }, 10_000);
const values = Buffer.from(Float32Array.of(1e15).buffer).toString('base64');
const endless = model.ask({ kind: 'run', rows: 1, values }, 600_000);
process.stdout.write('asked\n');
await endless;
