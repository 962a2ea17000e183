// The nats-servers with JetStream that test/support/jetstream-servers.ts starts on Node, as the tests inside workerd
// get to know them.

export interface JetStreamServer {
  readonly name: string;
  /** Ports. */
  readonly webSocket: number;
  readonly monitor: number;
}

export interface JetStreamServers {
  readonly alone: JetStreamServer;
  readonly cluster: readonly JetStreamServer[];
  /** A cluster whose account may have streams of three replicas and no others, and who signs in there. */
  readonly tiered: readonly JetStreamServer[];
  readonly tieredCreds: string;
  /** Port of what sends signals: `/SIGNAL/NAME`. */
  readonly control: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    jetStreamServers: JetStreamServers;
  }
}
