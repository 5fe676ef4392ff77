import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { scrubText } from './logging/scrub-text.ts';

/** Each label set is a time series held in memory here and in Prometheus for ever, so their number has a bound. */
const mostSeriesPerMetric = 1_000;

/** A value for each of a metric's labels: closed codes, topics, partitions, never anything from a payload. */
export type Labels<Name extends string> = Readonly<Record<Name, string | number>>;

export type CounterMetric<Name extends string> = {
  readonly add: (labels: Labels<Name>, by?: number) => void;
};
export type GaugeMetric<Name extends string> = {
  readonly set: (labels: Labels<Name>, value: number) => void;
  readonly remove: (labels: Labels<Name>) => void;
};
export type HistogramMetric<Name extends string> = {
  readonly observe: (labels: Labels<Name>, value: number) => void;
};

export type Metrics = {
  /** A sum that only grows; the name ends in _total. */
  readonly counter: <const Name extends string>(
    name: string,
    help: string,
    labels: readonly Name[],
  ) => CounterMetric<Name>;
  /** A value that goes up and down. */
  readonly gauge: <const Name extends string>(
    name: string,
    help: string,
    labels: readonly Name[],
  ) => GaugeMetric<Name>;
  /** A distribution; `buckets` are upper bounds in the metric's unit, ascending. */
  readonly histogram: <const Name extends string>(
    name: string,
    help: string,
    labels: readonly Name[],
    buckets: readonly number[],
  ) => HistogramMetric<Name>;
  /** Everything in the Prometheus text format. */
  readonly text: () => Promise<string>;
  /** The media type of `text()`. */
  readonly contentType: string;
};

/**
 * Metrics of one worker, in a registry of its own, with the process metrics of
 * prom-client. Every name gets the prefix `weir_`, every series the label
 * `service`. A label value that isn't a plain code becomes `refused`, and past
 * 1,000 series of one metric all labels become `other`.
 */
export function createMetrics(options: { readonly service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry, prefix: 'weir_' });
  const registers = [registry];

  return {
    counter: (name, help, labelNames) => {
      if (!name.endsWith('_total')) throw new TypeError(`The counter ${name} has to end in _total.`);
      const counter = new Counter({ name: prefixed(name), help, labelNames: [...labelNames], registers });
      const labelled = boundedLabels(labelNames);
      return { add: (labels, by = 1) => counter.inc(labelled(labels), by) };
    },
    gauge: (name, help, labelNames) => {
      const gauge = new Gauge({ name: prefixed(name), help, labelNames: [...labelNames], registers });
      const labelled = boundedLabels(labelNames);
      return {
        set: (labels, value) => gauge.set(labelled(labels), value),
        remove: (labels) => gauge.remove(labelled(labels)),
      };
    },
    histogram: (name, help, labelNames, buckets) => {
      const histogram = new Histogram({
        name: prefixed(name),
        help,
        labelNames: [...labelNames],
        buckets: [...buckets],
        registers,
      });
      const labelled = boundedLabels(labelNames);
      return { observe: (labels, value) => histogram.observe(labelled(labels), value) };
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function prefixed(name: string): string {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) || name.startsWith('weir_')) {
    throw new TypeError(`The metric ${name} has to be in snake_case, without the prefix weir_.`);
  }
  return `weir_${name}`;
}

function boundedLabels<Name extends string>(
  names: readonly Name[],
): (labels: Labels<Name>) => Partial<Record<Name, string>> {
  const seen = new Set<string>();
  const build = (valueOf: (name: Name) => string): Partial<Record<Name, string>> => {
    const built: Partial<Record<Name, string>> = {};
    for (const name of names) built[name] = valueOf(name);
    return built;
  };
  return (labels) => {
    const values = build((name) => safeLabelValue(labels[name]));
    const series = names.map((name) => values[name]).join('\n');
    if (seen.has(series)) return values;
    if (seen.size >= mostSeriesPerMetric) return build(() => 'other');
    seen.add(series);
    return values;
  };
}

/** A code, a topic, a partition: no spaces, and nothing that looks like an IBAN or a card number. */
function safeLabelValue(value: string | number): string {
  const text = String(value);
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text) && scrubText(text) === text ? text : 'refused';
}
