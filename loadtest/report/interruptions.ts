// Where service was interrupted: the times in which nothing came from one region to another, and those in which clients
// of a region had no service. Each client reports its own; what overlaps is one.

import { Moments } from './moments.ts';
import { lengthOf, type Span, union } from './spans.ts';
import type { Gap, Outage } from './summary.ts';

/** The kind of an outage of a client that was not served again: it lasted for at least so long. */
export const GONE = 'gone';

/** Clients without service, as one of them saw it. */
interface Loss extends Span {
  readonly kind: string;
}

/** The moments of a disconnect and of the outage that began with it differ by less, as k6 notes one after the other. */
const SAME_MOMENT_MS = 1;

/** The last of what came before a gap, and the first after it, come so near its edges: they are not within it. */
const EDGE_MS = 500;

/** A shorter time without an arrival is just the time between two. */
const MIN_GAP_MS = 1_000;

/** What arrived from one region in another. */
const ARRIVALS = new Set(['nats_delivery', 'nats_request']);

/** Outages of a region that are no further apart are one: a region that drains loses its clients one by one. */
const APART_MS = 1_000;

export class Interruptions {
  readonly #gaps = new Map<string, Map<string, Span[]>>();
  /** By pair, as the gaps. */
  readonly #arrivals = new Map<string, Map<string, Moments>>();
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
    if (ARRIVALS.has(metric) && peer !== '') {
      const from = this.#arrivals.get(peer) ?? new Map<string, Moments>();
      this.#arrivals.set(peer, from);
      const moments = from.get(region) ?? new Moments();
      from.set(region, moments);
      moments.note(offsetMs);
    } else if (metric === 'nats_gap') {
      const from = this.#gaps.get(peer) ?? new Map<string, Span[]>();
      this.#gaps.set(peer, from);
      push(from, region, span);
    } else if (metric === 'nats_outage') push(this.#losses, region, { ...span, kind });
    else if (metric === 'nats_disconnects' && value > 0) push(this.#disconnects, region, offsetMs);
  }

  /**
   * In order of time.
   *
   * @param endMs when nothing more was due: what is counted beyond is the time that was left to what was under way
   */
  gaps(endMs = Number.POSITIVE_INFINITY): readonly Gap[] {
    const all = [...this.#gaps].flatMap(([from, regions]) =>
      [...regions].flatMap(([to, spans]) =>
        union(spans.flatMap((span) => until(span, endMs))).flatMap((span) => this.#gapsIn(span, from, to)),
      ),
    );
    return all.toSorted((a, b) => a.fromMs - b.fromMs);
  }

  /** Each client has told its own. Where others of the pair got something meanwhile, not all of them got nothing. */
  #gapsIn(span: Span, from: string, to: string): readonly Gap[] {
    const within = { fromMs: span.fromMs + EDGE_MS, toMs: span.toMs - EDGE_MS };
    const arrivals = this.#arrivals.get(from)?.get(to)?.within(within) ?? [];
    const whole = { from, to, ...span };
    if (arrivals.length === 0) return [whole];
    const edges = [
      { fromMs: span.fromMs, toMs: span.fromMs },
      ...arrivals,
      { fromMs: span.toMs, toMs: span.toMs },
    ];
    const silent = edges
      .slice(1)
      .map(({ fromMs }, index) => ({ from, to, fromMs: edges[index]?.toMs ?? 0, toMs: fromMs }))
      .filter((each) => lengthOf(each) > MIN_GAP_MS);
    return [{ ...whole, ofSome: true }, ...silent];
  }

  /** The same. A region that lost clients and served none of them again has an outage without length. */
  outages(endMs = Number.POSITIVE_INFINITY): readonly Outage[] {
    const regions = [...new Set([...this.#losses.keys(), ...this.#disconnects.keys()])];
    const all = regions.flatMap((region) => this.#outagesOf(region, endMs));
    return all.toSorted((a, b) => a.fromMs - b.fromMs);
  }

  #outagesOf(region: string, endMs: number): readonly Outage[] {
    const losses = (this.#losses.get(region) ?? []).map((loss) =>
      loss.kind === GONE ? { ...loss, toMs: Math.max(loss.fromMs, Math.min(loss.toMs, endMs)) } : loss,
    );
    const disconnects = this.#disconnects.get(region) ?? [];
    const lost = union(losses);
    const moments = disconnects
      .filter((at) => indexAt(lost, at) === undefined)
      .map((at) => ({ fromMs: at, toMs: at }));
    const spans = union([...losses, ...moments], APART_MS);
    const none = { disconnects: 0, returned: 0, gone: 0, longestMs: 0, goneMs: 0 };
    const counts = spans.map((span) => ({ region, ...span, ...none }));
    for (const at of disconnects) {
      const outage = counts[indexAt(spans, at) ?? -1];
      if (outage !== undefined) outage.disconnects += 1;
    }
    for (const { fromMs, toMs, kind } of losses) {
      const outage = counts[indexAt(spans, fromMs) ?? -1];
      if (outage === undefined) continue;
      const ms = toMs - fromMs;
      if (kind === GONE) {
        outage.goneMs = outage.gone === 0 ? ms : Math.min(outage.goneMs, ms);
        outage.gone += 1;
      } else {
        outage.returned += 1;
        outage.longestMs = Math.max(outage.longestMs, ms);
      }
    }
    return counts;
  }
}

/** What of it was before then. */
function until({ fromMs, toMs }: Span, endMs: number): readonly Span[] {
  return fromMs >= endMs ? [] : [{ fromMs, toMs: Math.min(toMs, endMs) }];
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Which of the spans, in order and apart, has that moment: there may be as many as clients. */
function indexAt(spans: readonly Span[], at: number): number | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined) return undefined;
    if (at < span.fromMs - SAME_MOMENT_MS) high = middle - 1;
    else if (at > span.toMs + SAME_MOMENT_MS) low = middle + 1;
    else return middle;
  }
  return undefined;
}
