// The specification of a client program, and the commands that it reads, one per line: the three programs
// (nats-js/main.ts, go/main.go, python/client.py) do the same thing with three libraries and their default options.

export interface City {
  readonly city: string;
  /** `request.cf` of a client there. */
  readonly cf: Readonly<Record<string, string>>;
  /** Clients that connect at the start and stay. */
  readonly lasting: number;
}

/** Given as JSON, as the program's only argument. */
export interface ClientSpec {
  /** `ws://...` */
  readonly url: string;
  readonly cities: readonly City[];
  /** Clients that come and go; they take the cities in turn. */
  readonly arrivalsPerSecond: number;
  /** How long one that came stays. */
  readonly stayMs: number;
  /** One that was not served by then counts as never served. */
  readonly giveUpMs: number;
  /** How often a lasting client publishes to itself. */
  readonly echoEveryMs: number;
  /** Nothing heard for longer than this is a silence. */
  readonly silenceMs: number;
}

/**
 * `go`: begin with the arrivals. `stop`: no new ones; end when those that are under way are served or have given
 * up. The end of the input ends the program at once.
 */
export type ClientCommand = 'go' | 'stop';
