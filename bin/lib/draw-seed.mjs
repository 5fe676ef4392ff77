// Has every property test draw from the seed that bin/test.mjs was given: a change is then
// judged by the same cases on every machine, and new ones are looked for on purpose.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['WEIR_DRAW_SEED']) });
