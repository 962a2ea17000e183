// Prometheus remote write 1.0: the protobuf message prometheus.WriteRequest. Pure.

import { labelsOf, type Sample } from './exposition.ts';
import { varint } from './snappy.ts';
import type { Origin } from './snapshot.ts';

/** Field numbers with their wire types: 2 is a length and bytes, 1 eight bytes, 0 a varint. */
const TIMESERIES = (1 << 3) | 2;
const LABELS = (1 << 3) | 2;
const SAMPLES = (2 << 3) | 2;
const LABEL_NAME = (1 << 3) | 2;
const LABEL_VALUE = (2 << 3) | 2;
const SAMPLE_VALUE = (1 << 3) | 1;
const SAMPLE_TIMESTAMP = 2 << 3;

const encoder = new TextEncoder();

/** With the labels `job` (meridian) and `instance` (the cluster), which a scrape would add. */
export function remoteWriteRequest(samples: readonly Sample[], { at, cluster }: Origin): Uint8Array {
  const timestamp = varint(at);
  // Most of them are those of many samples.
  const labelBytes = memoized(label);
  return joined(
    samples.map((sample) => {
      const labels: Readonly<Record<string, string>> = {
        __name__: `${sample.family.name}${sample.suffix ?? ''}`,
        job: 'meridian',
        instance: cluster,
        ...Object.fromEntries(labelsOf(sample)),
      };
      // Sorted by name, as the protocol demands.
      const names = Object.keys(labels).sort();
      const value = new Uint8Array(8);
      new DataView(value.buffer).setFloat64(0, sample.value, true);
      const point = Uint8Array.from([SAMPLE_VALUE, ...value, SAMPLE_TIMESTAMP, ...timestamp]);
      return field(
        TIMESERIES,
        joined([...names.map((name) => labelBytes(name, labels[name] ?? '')), field(SAMPLES, point)]),
      );
    }),
  );
}

function memoized(encode: typeof label): typeof label {
  const known = new Map<string, Uint8Array>();
  return (name, value) => {
    const key = `${name}=${value}`;
    const bytes = known.get(key) ?? encode(name, value);
    known.set(key, bytes);
    return bytes;
  };
}

function label(name: string, value: string): Uint8Array {
  return field(
    LABELS,
    joined([field(LABEL_NAME, encoder.encode(name)), field(LABEL_VALUE, encoder.encode(value))]),
  );
}

function field(tag: number, bytes: Uint8Array): Uint8Array {
  return joined([Uint8Array.from([tag, ...varint(bytes.length)]), bytes]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
