// The doors of an edge: what may connect, by the path that it asks for.

/** `nats`: clients. `leafnode`: servers of others, which join their region as leaf nodes. `mqtt`: clients that speak MQTT. */
export type Door = 'nats' | 'leafnode' | 'mqtt';

/** The path of each door at a region's server, which is nats-server's own. */
export const SERVER_PATHS: Readonly<Record<Door, string>> = {
  nats: '/',
  leafnode: '/leafnode',
  mqtt: '/mqtt',
};
