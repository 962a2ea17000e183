// Where service was interrupted: the times in which nothing came from one region to another, and those in which clients
// of a region had no service. Each client reports its own; what overlaps is one.

import { type Span, union } from './spans.ts';
import type { Gap, Outage } from './summary.ts';

/** Clients without service, as one of them saw it. */
interface Loss extends Span {
  readonly kind: string;
}

/** A disconnect this long before the end of an outage's first moment is that outage's. */
const SAME_MOMENT_MS = 1;

export class Interruptions {
  readonly #gaps = new Map<string, Map<string, Span[]>>();
  readonly #losses = new Map<string, Loss[]>();
  readonly #disconnects = new Map<string, number[]>();

  /** @param offsetMs when the sample was taken, since the first sample of the run */
  note(
    metric: string,
    { value, tags }: { value: number; tags: Readonly<Record<string, string>> },
    offsetMs: number,
  ): void {
    const { region = '', peer = '', kind = '' } = tags;
    const span = { fromMs: Math.max(0, offsetMs - value), toMs: offsetMs };
    if (metric === 'nats_gap') {
      const from = this.#gaps.get(peer) ?? new Map<string, Span[]>();
      this.#gaps.set(peer, from);
      push(from, region, span);
    } else if (metric === 'nats_outage') push(this.#losses, region, { ...span, kind });
    else if (metric === 'nats_disconnects' && value > 0) push(this.#disconnects, region, offsetMs);
  }

  /** In order of time. */
  gaps(): readonly Gap[] {
    const all = [...this.#gaps].flatMap(([from, regions]) =>
      [...regions].flatMap(([to, spans]) => union(spans).map((span) => ({ from, to, ...span }))),
    );
    return all.toSorted((a, b) => a.fromMs - b.fromMs);
  }

  /** In order of time. A region that lost clients and served none of them again has an outage without length. */
  outages(): readonly Outage[] {
    const regions = [...new Set([...this.#losses.keys(), ...this.#disconnects.keys()])];
    const all = regions.flatMap((region) => this.#outagesOf(region));
    return all.toSorted((a, b) => a.fromMs - b.fromMs);
  }

  #outagesOf(region: string): readonly Outage[] {
    const losses = this.#losses.get(region) ?? [];
    const disconnects = this.#disconnects.get(region) ?? [];
    const moments = disconnects
      .filter((at) => !losses.some((loss) => isWithin(at, loss)))
      .map((at) => ({ fromMs: at, toMs: at }));
    return union([...losses, ...moments]).map((span) => {
      const within = losses.filter(({ fromMs }) => isWithin(fromMs, span));
      return {
        region,
        ...span,
        disconnects: disconnects.filter((at) => isWithin(at, span)).length,
        returned: within.filter(({ kind }) => kind !== 'gone').length,
        gone: within.filter(({ kind }) => kind === 'gone').length,
        longestMs: Math.max(0, ...within.map(({ fromMs, toMs }) => toMs - fromMs)),
      };
    });
  }
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function isWithin(at: number, { fromMs, toMs }: Span): boolean {
  return at >= fromMs - SAME_MOMENT_MS && at <= toMs + SAME_MOMENT_MS;
}
