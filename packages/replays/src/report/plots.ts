import { createPlot } from '@weir/backtest';

const margins = { left: 62, right: 14, top: 12, bottom: 40 } as const;

/** Charts are drawn as wide as a phone, so that their text can be read on one; on a desk they take part of the width. */
export const widePlot = createPlot({ width: 420, height: 250, ...margins });

/** As high as wide, to hold one thing against another. */
export const squarePlot = createPlot({ width: 420, height: 390, ...margins });
