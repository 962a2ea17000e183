// The answer to the script's question: its figures in a sentence.

import { neverBegan } from './ending.ts';
import { formatBytes, formatCount, formatMs, formatShare } from './format-value.ts';
import { lengthText } from './interruption-text.ts';
import type { Figures, Summary } from './summary.ts';
import { kneeText } from './throughput-text.ts';
import { hasCountedAll } from './under-way.ts';

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

/** What no answer may leave out where there is any, whatever was asked. */
const LOSSES = ['nats_missing', 'nats_lost'];

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
  nats_edit_followed: ({ max }) => `new clients followed each edit within ${formatMs(max)}`,
  nats_edit_moved: ({ p50, max }) =>
    `clients of the drained region were elsewhere ${formatMs(p50)} after the edit at p50 and ${formatMs(max)} at most`,
  nats_errors: ({ value, count }) =>
    value === 0
      ? `none of ${formatCount(count)} attempts failed`
      : `${formatShare(value)} of ${formatCount(count)} attempts failed`,
  nats_home: ({ max }) => `new clients of its cities landed there again after ${formatMs(max)}`,
  nats_ack: time('publish to acknowledgement took'),
  nats_lost: ({ value }) =>
    value === 0
      ? 'nothing is lost that JetStream had acknowledged'
      : `${messagesText(value)} lost that JetStream had acknowledged`,
  nats_clients: ({ max }) => `${formatCount(max)} clients were open at once`,
  clients_memory: ({ p50 }) => `an idle client takes ${formatBytes(p50)} of memory`,
  nats_disconnects: ({ value }) =>
    value === 0
      ? 'no connection was lost'
      : `${formatCount(value)} ${value === 1 ? 'connection was' : 'connections were'} lost`,
  nats_latency_growth: ({ p50 }) => `latency at the end was ${factor(p50)} what it was early on`,
  nats_memory_growth: ({ max }) =>
    `the memory of no process was more than ${factor(max)} what it was early on`,
};

/** undefined of a run that measured nothing that was asked. */
export function answerOf(summary: Summary): string | undefined {
  if (neverBegan(summary.ending)) return undefined;
  const names = ASKED[summary.script] ?? OTHERS;
  const phrases = [
    ...names.flatMap((name) => phraseOf(summary, name)),
    ...LOSSES.filter((name) => !names.includes(name) && isLoss(summary, name)).flatMap((name) =>
      phraseOf(summary, name),
    ),
    ...neverSentText(summary),
  ];
  if (phrases.length === 0) return undefined;
  const text = phrases.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function isLoss({ metrics, ending }: Summary, name: string): boolean {
  const underWay = name === 'nats_missing' ? (ending.underWay ?? 0) : 0;
  return underWay + (metrics[name]?.all?.value ?? 0) > 0;
}

function phraseOf(summary: Summary, name: string): readonly string[] {
  if (name === 'knee') return summary.knees.map(kneeText);
  if (name === 'nats_outage') return outageTexts(summary);
  if (name === 'newcomers') return newcomersText(summary.metrics.nats_newcomer?.by.kind?.meanwhile);
  if (name === 'clients_memory' && !hasMeaningfulMemory(summary)) return [];
  const all = summary.metrics[name]?.all;
  if (name === 'nats_missing' && (all !== undefined || isLoss(summary, name)))
    return hasSentNothing(summary) && !isLoss(summary, name) ? [] : [missingText(all?.value ?? 0, summary)];
  const phrase = PHRASES[name];
  if (all === undefined || phrase === undefined) return [];
  const isKnown = name !== 'nats_lost' || (summary.metrics.nats_errors?.by.kind?.unasked?.value ?? 0) === 0;
  return [isKnown ? phrase(all) : `${phrase(all)}, as far as the streams could be asked`];
}

/** Of nothing that was sent, nothing can be missing: what was never sent is told. */
function hasSentNothing({ metrics }: Summary): boolean {
  const isUnsent = (metrics.nats_unsent?.by.kind?.message?.value ?? 0) > 0;
  return isUnsent && (metrics.nats_published?.all?.value ?? 0) === 0;
}

/** What is missing at the end is counted at the end: of a run that was ended before, that is not all. */
function missingText(value: number, { ending }: Summary): string {
  const { underWay = 0 } = ending;
  const isAll = hasCountedAll(ending);
  const more = underWay === 0 ? '' : `${formatCount(underWay)} ${value === 0 ? '' : 'more '}`;
  const rest = `${more}${underWay === 1 ? 'was' : 'were'} under way when k6 was ended`;
  if (value > 0)
    return `${isAll ? '' : 'at least '}${messagesText(value)} missing${more === '' ? '' : `, and ${rest}`}`;
  if (more !== '') return `nothing is missing that was counted, but ${rest}`;
  return isAll ? 'nothing is missing' : 'nothing is missing as far as it was counted';
}

/** Of what was due: what went nowhere, as there was no connection, and what a connection took with it. */
function neverSentText({ metrics }: Summary): readonly string[] {
  return [
    ...ofDue(metrics, 'nats_unsent', (isOne) => `${isOne ? 'was' : 'were'} never sent`),
    ...ofDue(metrics, 'nats_unanswered', (isOne) => `${isOne ? 'was' : 'were'} under way at a disconnect`),
  ];
}

/** Of what is due, where it is not the kind. */
const NAMES: Readonly<Record<string, string>> = { ping: 'PING' };

/** By kind: `1,853 of 3,600 messages and 1,854 of 3,582 requests that were due were never sent`. */
function ofDue(
  metrics: Summary['metrics'],
  name: string,
  what: (isOne: boolean) => string,
): readonly string[] {
  const all = metrics[name]?.all?.value ?? 0;
  if (all === 0) return [];
  const kinds = Object.entries(metrics[name]?.by.kind ?? {}).filter(([, { value }]) => value > 0);
  const parts = kinds.map(([kind, { value }]) => {
    const due = metrics.nats_due?.by.kind?.[kind]?.value;
    return due === undefined
      ? `${formatCount(value)} ${NAMES[kind] ?? kind}${value === 1 ? '' : 's'}`
      : `${formatCount(value)} of ${formatCount(due)} ${NAMES[kind] ?? kind}${due === 1 ? '' : 's'}`;
  });
  if (parts.length === 0) parts.push(formatCount(all));
  const isOneAlone = all === 1 && kinds.every(([kind]) => metrics.nats_due?.by.kind?.[kind] === undefined);
  return [`${parts.join(' and ')} that ${isOneAlone ? 'was' : 'were'} due ${what(all === 1)}`];
}

/** Those that came back, and apart from them those that did not: of these only a lower bound is known. */
function outageTexts({ metrics, outages }: Summary): readonly string[] {
  const back = metrics.nats_outage?.all;
  const lost = outages.filter(({ gone }) => gone > 0);
  const gone = lost.reduce((sum, outage) => sum + outage.gone, 0);
  const least = Math.min(...lost.map(({ goneMs }) => goneMs));
  return [
    ...(back === undefined
      ? []
      : [
          `clients that lost their connection${gone === 0 ? '' : ' and came back'} were without service for ${formatMs(back.p50)} at p50, ${formatMs(back.p99)} at p99 and ${formatMs(back.max)} at most${byWayText(metrics)}`,
        ]),
    ...(gone === 0
      ? []
      : [
          `${formatCount(gone)} ${gone === 1 ? 'client' : 'clients'} had no service until the end, for at least ${lengthText(least)}`,
        ]),
  ];
}

/** So many ways are told one by one. */
const WAYS = 3;

/** Those that moved and those that came back to their region have little in common: a median of both is of neither. */
function byWayText(metrics: Summary['metrics']): string {
  const ways = Object.entries(metrics.nats_outage?.by.pair ?? {}).toSorted(
    ([, a], [, b]) => b.count - a.count,
  );
  if (ways.length < 2) return '';
  const told = ways.slice(0, WAYS).map(([pair, { count, p50 }]) => {
    const [before = '', after = ''] = pair.split(' < ');
    const way = before === after ? `back to ${after}` : `from ${before} to ${after}`;
    return `${formatCount(count)} ${way} ${formatMs(p50)} at p50`;
  });
  const more = ways.length - told.length;
  return ` (${told.join(', ')}${more === 0 ? '' : `, and ${formatCount(more)} other ways`})`;
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

/** With its verb: `1 message is`, `2 messages are`. */
function messagesText(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'message is' : 'messages are'}`;
}

function time(what: string): (all: Figures) => string {
  return ({ p50, p95 }) => `${what} ${formatMs(p50)} at p50 and ${formatMs(p95)} at p95`;
}

function factor(ratio: number): string {
  return `${ratio.toFixed(2)} times`;
}
