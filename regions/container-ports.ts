// The ports on which nats-server listens in a region's container, as container/nats-server.conf says.

/** NATS clients over TCP: nobody's way in from outside, but tests and benchmarks use it. */
export const CLIENT_PORT = 4222;

/** NATS clients over WebSocket. */
export const WEBSOCKET_PORT = 8080;

/** https://docs.nats.io/running-a-nats-service/nats_admin/monitoring */
export const MONITORING_PORT = 8222;

/** Routes to the servers of other regions. */
export const ROUTE_PORT = 6222;

/** MQTT over TCP, which nobody reaches: nats-server takes MQTT over WebSocket only where it listens here too. */
export const MQTT_PORT = 1883;

/** Leaf links of sessions that are joined to their region. */
export const LEAF_PORT = 7422;
