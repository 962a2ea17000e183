// What no price page and no measurement of a deployment says, as three values each: with the low ones the bill is as small as
// it can be, with the high ones as large. Nothing here is a price. Each says where it is from.

export const SCENARIOS = ['low', 'mid', 'high'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** One value for each scenario; never less in the next one. */
export type Range = Readonly<Record<Scenario, number>>;

export interface Assumptions {
  /** Whether bytes from a container to its object are egress. Cloudflare's page does not say so, nor the contrary. */
  readonly isObjectTrafficEgress: boolean;
  /** Whether messages that a WebSocket is passed through with count as requests of the object. They reach no code of it. */
  readonly arePassedMessagesRequests: boolean;
  /**
   * At which of the other servers a message finds a subscriber, and its stream's leader if it is stored: at none, where
   * independently placed ones happen to be, or each of them at another server.
   */
  readonly subscribersAre: 'near' | 'anywhere' | 'apart';
  /** Whether containers that may run in several places run where that makes the bill the highest. Otherwise in the first. */
  readonly isPlacedDear: boolean;
  /** Bytes of each message beside its payload: subject, reply, frames. */
  readonly overheadBytes: number;
  /**
   * Of a vCPU, in a server that does nothing but keep its links, however small it is. docs/performance.md has 0.8% for six servers
   * together, and 3.4% for twelve.
   */
  readonly idleCpuShare: number;
  /**
   * CPU that a server takes for a message, each way, as a multiple of what was measured at full load (docs/performance.md),
   * where many messages share one read and one write. Few do at an ordinary rate.
   */
  readonly cpuFactor: number;
  /** What `s2_auto` of `mesh.compression` is, which goes by the round trip of each link: the farther, the more. */
  readonly autoCompressionIs: 's2_fast' | 's2_better' | 's2_best';
  /** CPU of the Worker to hand over a client. On the machine of docs/performance.md 1.2 ms, of all processes of workerd. */
  readonly workerMsPerConnect: number;
  /** Requests of regions' objects for each client that connects: a second one where two regions are asked. */
  readonly objectRequestsPerConnect: number;
  /** The Worker tells the collector of clients some seconds later: of many in one request, or of each in one. */
  readonly collectorRequestsPerConnect: number;
  /** What a region's object asks of each other one, for each time that it looks after its links. */
  readonly objectRequestsPerReconcile: number;
  /** Whether the Keeper, which is asked now and then, is always in memory. */
  readonly isKeeperAlwaysInMemory: boolean;
  /** For which an object that is asked once a minute stays in memory each time: until it has answered, or until it hibernates. */
  readonly wakeSeconds: number;
  /** Of Workers Logs, for each call of the Worker or an object: its own, and lines that they and containers write. */
  readonly logEventsPerCall: number;
}

export const ASSUMPTIONS: Readonly<Record<Scenario, Assumptions>> = {
  low: {
    isObjectTrafficEgress: false,
    arePassedMessagesRequests: false,
    subscribersAre: 'near',
    isPlacedDear: false,
    overheadBytes: 20,
    idleCpuShare: 0.002,
    cpuFactor: 1,
    autoCompressionIs: 's2_fast',
    workerMsPerConnect: 1,
    objectRequestsPerConnect: 1,
    collectorRequestsPerConnect: 0,
    objectRequestsPerReconcile: 0,
    isKeeperAlwaysInMemory: false,
    wakeSeconds: 0,
    logEventsPerCall: 1,
  },
  mid: {
    isObjectTrafficEgress: true,
    arePassedMessagesRequests: false,
    subscribersAre: 'anywhere',
    isPlacedDear: false,
    overheadBytes: 60,
    idleCpuShare: 0.01,
    cpuFactor: 4,
    autoCompressionIs: 's2_better',
    workerMsPerConnect: 2,
    objectRequestsPerConnect: 1,
    collectorRequestsPerConnect: 1,
    objectRequestsPerReconcile: 1,
    isKeeperAlwaysInMemory: true,
    wakeSeconds: 0.1,
    logEventsPerCall: 1,
  },
  high: {
    isObjectTrafficEgress: true,
    arePassedMessagesRequests: true,
    subscribersAre: 'apart',
    isPlacedDear: true,
    overheadBytes: 100,
    idleCpuShare: 0.03,
    cpuFactor: 12,
    autoCompressionIs: 's2_best',
    workerMsPerConnect: 5,
    objectRequestsPerConnect: 2,
    collectorRequestsPerConnect: 1,
    objectRequestsPerReconcile: 2,
    isKeeperAlwaysInMemory: true,
    wakeSeconds: 10,
    logEventsPerCall: 2,
  },
};

/** CPU of nats-server for a message that comes in or goes out, at full load: 16 B to 256 KiB, docs/performance.md. */
export const CPU_SECONDS_PER_MESSAGE = 0.6e-6;
export const CPU_SECONDS_PER_BYTE = 1.3e-9;

/** Payload of the answer to a message that is stored: stream and sequence, as JSON. */
export const PUB_ACK_BYTES = 40;
