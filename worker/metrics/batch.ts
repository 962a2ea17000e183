// Samples of one moment as the body of a request, in the form that a sink takes. Pure.

import type { SinkConfig } from '../../regions/export-schema.ts';
import { distinct, labelsOf, type Sample } from './exposition.ts';
import { otlpRequest } from './otlp.ts';
import { remoteWriteRequest } from './remote-write.ts';
import { snappyBlock } from './snappy.ts';
import type { Origin } from './snapshot.ts';

/** What is sent at once. */
export interface Batch {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How many there are in it. */
  readonly samples: number;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const REMOTE_WRITE = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};

/** Of samples with the same labels, the first. */
export function batchOf(type: SinkConfig['type'], all: readonly Sample[], origin: Origin): Batch {
  const samples = distinct(all);
  const json = (value: unknown) => ({
    headers: JSON_TYPE,
    body: new TextEncoder().encode(JSON.stringify(value)),
  });
  switch (type) {
    case 'otlp':
      return { ...json(otlpRequest(samples, origin)), samples: samples.length };
    case 'json':
      return { ...json(plain(samples, origin)), samples: samples.length };
    case 'prometheus-remote-write':
      return {
        headers: REMOTE_WRITE,
        body: snappyBlock(remoteWriteRequest(samples, origin)),
        samples: samples.length,
      };
  }
}

function plain(samples: readonly Sample[], { at, cluster, version }: Origin): unknown {
  const metrics = samples.map((sample) => ({
    name: `${sample.family.name}${sample.suffix ?? ''}`,
    type: sample.family.type,
    labels: Object.fromEntries(labelsOf(sample)),
    value: sample.value,
  }));
  return { at, cluster, version, metrics };
}
