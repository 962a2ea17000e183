// The ports that a region's container listens on: what container/nats-server.conf has, and everybody dials.

/** NATS over TCP. */
export const CLIENT_PORT = 4222;

/** Routes between the servers of the cluster. */
export const ROUTE_PORT = 6222;

/** nats-server's HTTP monitoring. */
export const MONITORING_PORT = 8222;

/** NATS over WebSocket. */
export const WEBSOCKET_PORT = 8080;
