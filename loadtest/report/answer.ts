// The answer to the script's question: its figures in a sentence.

import { formatBytes, formatCount, formatMs, formatShare } from './format-value.ts';
import type { Figures, Summary } from './summary.ts';
import { kneeText } from './throughput-text.ts';

/** With fewer clients their memory is less than what the processes' own goes up and down by. */
const MIN_CLIENTS_WITH_MEMORY = 500;

/** What each script is asked for, in its order; other scripts are asked for the times that they have. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  routing: ['nats_misrouted', 'nats_connect', 'nats_ping'],
  latency: ['nats_delivery', 'nats_request', 'nats_missing'],
  throughput: ['knee'],
  connections: ['nats_clients', 'nats_connect', 'clients_memory'],
  fanout: ['nats_delivery', 'nats_missing'],
  failover: ['nats_outage', 'nats_lost'],
  edits: ['nats_edit_followed', 'nats_edit_moved', 'nats_errors', 'nats_missing'],
  reconnect: ['nats_outage', 'nats_home', 'newcomers'],
  jetstream: ['nats_ack', 'nats_delivery', 'nats_lost', 'nats_missing', 'knee'],
  mixed: ['nats_ping', 'nats_request', 'nats_ack', 'nats_delivery', 'nats_missing', 'nats_lost'],
  soak: ['nats_latency_growth', 'nats_memory_growth', 'nats_disconnects', 'nats_delivery'],
};

const OTHERS = [
  'nats_delivery',
  'nats_request',
  'nats_connect',
  'nats_ping',
  'nats_outage',
  'nats_missing',
  'nats_lost',
];

/** What is said of each. */
const PHRASES: Readonly<Record<string, (all: Figures) => string>> = {
  nats_misrouted: ({ value, count }) =>
    value === 0
      ? `all ${formatCount(count)} clients landed in the region that the decision names`
      : `${formatShare(value)} of ${formatCount(count)} clients landed in another region than the decision names`,
  nats_connect: time('connecting took'),
  nats_ping: time('a PING took'),
  nats_delivery: time('publish to delivery took'),
  nats_request: time('request to reply took'),
  nats_outage: ({ p50, p99, max }) =>
    `clients that lost their connection were without service for ${formatMs(p50)} at p50, ${formatMs(p99)} at p99 and ${formatMs(max)} at most`,
  nats_edit_followed: ({ max }) => `new clients followed each edit within ${formatMs(max)}`,
  nats_edit_moved: ({ p50, max }) =>
    `clients of the drained region were elsewhere ${formatMs(p50)} after the edit at p50 and ${formatMs(max)} at most`,
  nats_errors: ({ value, count }) =>
    value === 0
      ? `none of ${formatCount(count)} attempts failed`
      : `${formatShare(value)} of ${formatCount(count)} attempts failed`,
  nats_home: ({ max }) => `new clients of its cities landed there again after ${formatMs(max)}`,
  nats_ack: time('publish to acknowledgement took'),
  nats_missing: ({ value }) =>
    value === 0 ? 'nothing is missing' : `${formatCount(value)} messages are missing`,
  nats_lost: ({ value }) =>
    value === 0
      ? 'nothing is lost that JetStream had acknowledged'
      : `${formatCount(value)} messages are lost that JetStream had acknowledged`,
  nats_clients: ({ max }) => `${formatCount(max)} clients were open at once`,
  clients_memory: ({ p50 }) => `an idle client takes ${formatBytes(p50)} of memory`,
  nats_disconnects: ({ value }) =>
    value === 0 ? 'no connection was lost' : `${formatCount(value)} connections were lost`,
  nats_latency_growth: ({ p50 }) => `latency at the end was ${factor(p50)} what it was early on`,
  nats_memory_growth: ({ max }) =>
    `the memory of no process was more than ${factor(max)} what it was early on`,
};

/** undefined of a run that measured nothing that was asked. */
export function answerOf(summary: Summary): string | undefined {
  const phrases = (ASKED[summary.script] ?? OTHERS).flatMap((name) => phraseOf(summary, name));
  if (phrases.length === 0) return undefined;
  const text = phrases.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function phraseOf(summary: Summary, name: string): readonly string[] {
  if (name === 'knee') return summary.knees.map(kneeText);
  if (name === 'newcomers') return newcomersText(summary.metrics.nats_newcomer?.by.kind?.meanwhile);
  if (name === 'clients_memory' && !hasMeaningfulMemory(summary)) return [];
  const all = summary.metrics[name]?.all;
  const phrase = PHRASES[name];
  return all === undefined || phrase === undefined ? [] : [phrase(all)];
}

/** Those that came while a crowd did. */
function newcomersText(times: Figures | undefined): readonly string[] {
  if (times === undefined) return [];
  const { p50, max } = times;
  return [
    `new clients of other regions waited ${formatMs(p50)} at p50 and ${formatMs(max)} at most meanwhile`,
  ];
}

/** Whether the memory of a client can be told from that of the processes. */
export function hasMeaningfulMemory({ metrics }: Pick<Summary, 'metrics'>): boolean {
  const clients = metrics.nats_clients?.all?.max ?? 0;
  return clients >= MIN_CLIENTS_WITH_MEMORY && (metrics.clients_memory?.all?.p50 ?? 0) > 0;
}

function time(what: string): (all: Figures) => string {
  return ({ p50, p95 }) => `${what} ${formatMs(p50)} at p50 and ${formatMs(p95)} at p95`;
}

function factor(ratio: number): string {
  return `${ratio.toFixed(2)} times`;
}
