// What nats-server answers on its monitoring port: only the fields that are used.

/** `/varz`. */
export interface Varz {
  readonly server_id: string;
  readonly server_name: string;
  readonly version: string;
  readonly connections: number;
  /** Leaf nodes, those of sessions among them. */
  readonly leafnodes: number;
  /** As configured when it started. */
  readonly max_connections: number;
  /** Since it started, of clients and of routes. */
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly mem: number;
  readonly start: string;
  /** Absent if the server has none. */
  readonly tags?: readonly string[];
}

/** A route in `/routez`. */
export interface RoutezRoute {
  /** Of this connection, on this server. */
  readonly rid: number;
  readonly remote_id: string;
  readonly remote_name?: string;
  readonly did_solicit: boolean;
  readonly is_configured: boolean;
  /** Where the connection comes from, as the server sees it. */
  readonly port: number;
  /** A Go duration, such as `1.234ms`. */
  readonly rtt?: string;
  readonly in_bytes: number;
  /** As those before it, without what compression saves. */
  readonly out_bytes: number;
  /** Of what this server sends; `not supported` or absent if one of the two is too old. */
  readonly compression?: string;
  /** The account that it is for, if it is one of its own. */
  readonly account?: string;
}

/** `/routez`. */
export interface Routez {
  readonly server_id: string;
  readonly server_name: string;
  readonly routes: readonly RoutezRoute[];
}
