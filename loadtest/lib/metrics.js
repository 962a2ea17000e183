// The metrics of all scripts, by their names; docs/load-testing.md says what each is.

import { Counter, Gauge, Rate, Trend } from 'k6/metrics';

export const connectTime = new Trend('nats_connect', true);
/** Of clients that waited long until they were served, or were never: from when they were to connect. */
export const waited = new Trend('nats_waited', true);
export const pingTime = new Trend('nats_ping', true);
export const deliveryTime = new Trend('nats_delivery', true);
export const requestTime = new Trend('nats_request', true);
export const published = new Counter('nats_published');
export const delivered = new Counter('nats_delivered');
export const publishedBytes = new Counter('nats_published_bytes');
export const deliveredBytes = new Counter('nats_delivered_bytes');
export const misrouted = new Rate('nats_misrouted');
export const clients = new Gauge('nats_clients');
export const errors = new Rate('nats_errors');
export const disconnects = new Counter('nats_disconnects');
export const outageTime = new Trend('nats_outage', true);
export const lost = new Counter('nats_lost');
export const missing = new Counter('nats_missing');
export const deliveredShare = new Trend('nats_delivered_share');
export const policyGain = new Trend('nats_policy_gain', true);
export const connectRate = new Trend('nats_connect_rate');
export const latencyGrowth = new Trend('nats_latency_growth');
export const memoryGrowth = new Trend('nats_memory_growth');
export const acknowledged = new Counter('nats_journal_acknowledged');
export const unacknowledged = new Counter('nats_journal_unacknowledged');
export const processMemory = new Gauge('process_memory');
export const clientMemory = new Trend('clients_memory');
/** Sent or asked as the schedule has it, whether or not anybody could take it; everything else is held against this. */
export const due = new Counter('nats_due');
/** From when something was due until k6 got to it: what is late beyond a bound is tagged so. */
export const scheduleLate = new Trend('nats_schedule_late', true);
/** What was published to a connection that was closed, or that k6 never got to, and so went nowhere. */
export const unsent = new Counter('nats_unsent');
/** What was under way when its connection ended: nobody knows whether it arrived. */
export const unanswered = new Counter('nats_unanswered');
/** From sending to delivery, and from asking to the answer: without what was lost before, waiting for one's turn. */
export const deliveryServiceTime = new Trend('nats_delivery_service', true);
export const requestServiceTime = new Trend('nats_request_service', true);
/** Arrived after one with a higher sequence number, or twice. */
export const disordered = new Counter('nats_disordered');
export const doubled = new Counter('nats_doubled');
/** A time in which nothing of what was due arrived: added at its end, so it began its value before its time. */
export const gap = new Trend('nats_gap', true);
/** From asking for an edit of the configuration to its answer. */
export const editTime = new Trend('nats_edit', true);
/** From the answer to the first new client that is served where the edit sends it; again after one that is not. */
export const editFollowed = new Trend('nats_edit_followed', true);
/** New clients that came after the answer and were served as before it. */
export const editStrays = new Rate('nats_edit_strays');
/** From the answer until a connected client is served where the edit moves it. */
export const editMoved = new Trend('nats_edit_moved', true);
/** From when a new client was due until it is served, failed attempts included. */
export const newcomerTime = new Trend('nats_newcomer', true);
/** From losing a region until new clients of its cities are served there again. */
export const homeTime = new Trend('nats_home', true);
/** From when a message to a stream was due to JetStream's acknowledgement, and from the moment of sending. */
export const ackTime = new Trend('nats_ack', true);
export const ackServiceTime = new Trend('nats_ack_service', true);
