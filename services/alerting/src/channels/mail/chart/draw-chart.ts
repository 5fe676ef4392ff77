import { readFile } from 'node:fs/promises';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import type { AmountsChart } from './amounts-chart.ts';
import { chartSvg, chartWidth } from './chart-svg.ts';

const wasm = new URL(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'));
const letters = new URL(import.meta.resolve('@expo-google-fonts/inter/500Medium/Inter_500Medium.ttf'));

/** Made once for the process: the program that draws, and the one font it uses. A bare machine has no fonts. */
let drawer: Promise<Uint8Array> | undefined;

async function prepare(): Promise<Uint8Array> {
  await initWasm(readFile(wasm));
  return readFile(letters);
}

/**
 * The chart as a PNG at twice its size, some 40 KB and 30 ms. The same chart gives the same bytes, whatever the
 * machine. Undefined where it can't be drawn: then the mail goes without it, for its words say the same.
 */
export async function drawChart(chart: AmountsChart): Promise<Uint8Array | undefined> {
  try {
    drawer ??= prepare();
    const font = await drawer;
    const resvg = new Resvg(chartSvg(chart), {
      fitTo: { mode: 'width', value: 2 * chartWidth },
      font: { fontBuffers: [font], defaultFontFamily: 'Inter', loadSystemFonts: false },
    });
    const image = resvg.render();
    try {
      return image.asPng();
    } finally {
      image.free();
      resvg.free();
    }
  } catch {
    return undefined;
  }
}
