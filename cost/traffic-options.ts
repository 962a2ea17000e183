// What may be said of a load that a cost is computed for.

/** All optional; what each is by default, `resolveTraffic` says. */
export interface TrafficOptions {
  /** Connected at the same time, in all regions together, while there are any. Default: 0. */
  readonly clients?: number;
  /** That all clients together publish in a second, while there are any. Default: 0. */
  readonly messages?: number;
  /** Bytes of a message's payload. Default: 128. */
  readonly size?: number;
  /** How many clients get each message, on average. Default: 1. */
  readonly fanOut?: number;
  /** Hours of a day in which there are clients. Default: 24. Regions that may sleep do so for the rest. */
  readonly hours?: number;
  /** How often a client connects in a day. Default: 4. */
  readonly connects?: number;
  /** Of the clients, by region, in any unit. Default: as many in each that takes clients. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Streams to which something is written all the time. Default: 0. */
  readonly streams?: number;
  /** GB that R2 keeps of them. Default: 0. */
  readonly storedGb?: number;
  /** Of the messages, 0 to 1: how many are stored in a stream, with three replicas. Default: 0. */
  readonly storedShare?: number;
  /** Hours of all sessions together, in a month. Default: 0. */
  readonly sessionHours?: number;
  /** Bytes between servers, of what the messages have: less than 1 where links compress. Default: 1. */
  readonly meshBytesRatio?: number;
  /** Of `/metrics`, and other requests of the HTTP API that ask all regions. Default: 0. */
  readonly scrapesPerMinute?: number;
  /** 0 to 1: `head_sampling_rate` of Workers Logs, which is on in `wrangler.toml`. 0: it is off. Default: 1. */
  readonly logSamplingRate?: number;
}
