// The times that a client experiences, in the order of the page, with the names of their charts.

export const TIMES: readonly (readonly [metric: string, title: string])[] = [
  ['nats_ping', 'Ping to pong'],
  ['nats_connect', 'Connecting'],
  ['nats_request', 'Request to reply'],
  ['nats_delivery', 'Publish to delivery'],
  ['nats_ack', 'Publish to acknowledgement'],
  ['nats_outage', 'Without service'],
  ['nats_newcomer', 'New clients until served'],
];

/** `nats_ping` -> `ping` */
export function fileOf(metric: string): string {
  return metric.replace(/^nats_/, '');
}
