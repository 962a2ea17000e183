// How many samples each threshold was judged by. k6 judges one without samples as held; the samples tell.

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

/** Counts the samples of metrics and of their parts that have thresholds. */
export class ThresholdSamples {
  readonly #counts = new Map<string, { readonly tags: Selector['tags']; samples: number }[]>();
  readonly #indexes = new Map<string, { readonly tags: Selector['tags']; samples: number }>();

  /** @param name as k6 names a metric, or a part of it by tags */
  watch(name: string): void {
    if (this.#indexes.has(name)) return;
    const { metric, tags } = selectorOf(name);
    const entry = { tags, samples: 0 };
    this.#indexes.set(name, entry);
    const ofMetric = this.#counts.get(metric) ?? [];
    ofMetric.push(entry);
    this.#counts.set(metric, ofMetric);
  }

  note(metric: string, tags: Selector['tags']): void {
    for (const entry of this.#counts.get(metric) ?? [])
      if (Object.entries(entry.tags).every(([tag, value]) => tags[tag] === value)) entry.samples += 1;
  }

  /** 0 also of what was not watched. */
  samplesOf(name: string): number {
    return this.#indexes.get(name)?.samples ?? 0;
  }

  isWatched(metric: string): boolean {
    return this.#counts.has(metric);
  }
}
