// The samples that each threshold is judged by. k6 judges one without samples as held; the samples tell.

import type { Sample } from './samples.ts';
import type { MetricSummary } from './summary.ts';
import { Tally } from './tally.ts';

/** `nats_ping{region:weur,policy:meridian}` */
export interface Selector {
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Also of the name that a merged run gives to a threshold: `nats_ping{region:weur} from tokyo`. */
export function selectorOf(name: string): Selector {
  const [, metric = name, inner = ''] = /^([^{ ]+)(?:\{([^}]*)\})?/.exec(name) ?? [];
  const pairs = inner
    .split(',')
    .map((part) => part.split(/:(.*)/s).map(unquoted))
    .filter(([tag]) => tag !== undefined && tag !== '');
  return { metric, tags: Object.fromEntries(pairs.map(([tag, value = '']) => [tag, value])) };
}

/** k6 allows quotes around both. */
function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/s, '$2');
}

interface Watched {
  readonly tags: Selector['tags'];
  readonly type: MetricSummary['type'];
  readonly tally: Tally;
}

/** The samples of metrics and of their parts that have thresholds. */
export class ThresholdSamples {
  readonly #ofMetrics = new Map<string, Watched[]>();
  readonly #watched = new Map<string, Watched>();

  /** @param name as k6 names a metric, or a part of it by tags */
  watch(name: string, type: MetricSummary['type']): void {
    if (this.#watched.has(name)) return;
    const { metric, tags } = selectorOf(name);
    const entry = { tags, type, tally: new Tally(type) };
    this.#watched.set(name, entry);
    const ofMetric = this.#ofMetrics.get(metric) ?? [];
    ofMetric.push(entry);
    this.#ofMetrics.set(metric, ofMetric);
  }

  note({ metric, value, time, tags }: Omit<Sample, 'kind'>): void {
    for (const entry of this.#ofMetrics.get(metric) ?? [])
      if (Object.entries(entry.tags).every(([tag, wanted]) => tags[tag] === wanted))
        entry.tally.add(value, time);
  }

  /** Undefined of what has none, as of what was not watched. */
  of(name: string): { readonly type: MetricSummary['type']; readonly tally: Tally } | undefined {
    const watched = this.#watched.get(name);
    return watched === undefined || watched.tally.count === 0 ? undefined : watched;
  }

  isWatched(metric: string): boolean {
    return this.#ofMetrics.has(metric);
  }
}
