// What each live edit of a run did: how soon new clients followed, who was moved by it, and what failed from when it was
// asked for until the next one.

import type { EditEffect } from './summary.ts';

/** Failures and lost connections are counted by this: in an outage there are thousands. */
const BUCKET_MS = 20;

/** Of whether an edit took effect, which its own figures say. */
const OWN_KINDS = ['unfollowed', 'unmoved', 'disturb'];

/** What is said about an edit; it is of the latest one of that kind and region. */
interface Said {
  readonly atMs: number;
  readonly edit: string;
  readonly value: number;
}

interface Edit {
  /** When it was answered. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly kind: string;
  readonly region: string;
}

type Tags = Readonly<Record<string, string>>;

export class Edits {
  readonly #edits: Edit[] = [];
  readonly #followed: Said[] = [];
  readonly #strays: Said[] = [];
  readonly #moved: Said[] = [];
  readonly #disconnects = new Map<number, number>();
  /** By kind. */
  readonly #failures = new Map<string, Map<number, number>>();

  /** @param offsetMs when the sample was taken, since the first sample of the run */
  note(metric: string, { value, tags }: { value: number; tags: Tags }, offsetMs: number): void {
    const { kind = '', region = '' } = tags;
    const said = { atMs: offsetMs, edit: nameOf(kind, region), value };
    if (metric === 'nats_edit') this.#edits.push({ atMs: offsetMs, tookMs: value, kind, region });
    else if (metric === 'nats_edit_followed') this.#followed.push(said);
    else if (metric === 'nats_edit_strays' && value > 0) this.#strays.push(said);
    else if (metric === 'nats_edit_moved') this.#moved.push(said);
    else if (metric === 'nats_disconnects' && value > 0) count(this.#disconnects, offsetMs);
    else if (metric === 'nats_errors' && value > 0 && !OWN_KINDS.includes(kind)) {
      const ofKind = this.#failures.get(kind) ?? new Map<number, number>();
      this.#failures.set(kind, ofKind);
      count(ofKind, offsetMs);
    }
  }

  /** In order of time. */
  result(): readonly EditEffect[] {
    const edits = this.#edits.toSorted((a, b) => a.atMs - b.atMs);
    return edits.map(({ atMs, tookMs, kind, region }, index) => {
      const next = edits[index + 1];
      const window = {
        fromMs: atMs - tookMs,
        toMs: next === undefined ? Number.POSITIVE_INFINITY : next.atMs - next.tookMs,
      };
      const ofThis = (all: readonly Said[]) =>
        all
          .filter((said) => {
            const own = edits.findLast(
              (edit) => edit.atMs <= said.atMs && nameOf(edit.kind, edit.region) === said.edit,
            );
            return own?.atMs === atMs;
          })
          .map(({ value }) => value);
      const moved = ofThis(this.#moved);
      return {
        atMs,
        tookMs,
        kind,
        region,
        followedMs: longest(ofThis(this.#followed)),
        strays: ofThis(this.#strays).length,
        moved: moved.length,
        movedMs: longest(moved),
        disconnects: countIn(this.#disconnects, window),
        failures: Object.fromEntries(
          [...this.#failures]
            .map(([name, times]) => [name, countIn(times, window)] as const)
            .filter(([, failed]) => failed > 0),
        ),
      };
    });
  }
}

function nameOf(kind: string, region: string): string {
  return `${kind} ${region}`;
}

function longest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value));
}

function count(buckets: Map<number, number>, offsetMs: number): void {
  const bucket = Math.floor(offsetMs / BUCKET_MS);
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
}

function countIn(
  buckets: ReadonlyMap<number, number>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number {
  return [...buckets]
    .filter(([bucket]) => (bucket + 1) * BUCKET_MS > fromMs && (bucket + 1) * BUCKET_MS <= toMs)
    .reduce((sum, [, each]) => sum + each, 0);
}
