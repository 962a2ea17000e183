// NATS from Node 22 or later, which has the WebSocket that nats.js needs: node client.mjs [address]

import { wsconnect } from '@nats-io/nats-core'; // npm install @nats-io/nats-core

const [, , server = 'ws://127.0.0.1:8787'] = process.argv;
const nc = await wsconnect({ servers: server, token: process.env.NATS_TOKEN });
console.log(`connected to ${nc.info?.server_name}`); // the region: nats-weur

nc.subscribe('examples.node', {
  callback: (_error, message) => {
    message.respond(`hello ${message.string()}`);
  },
});
const reply = await nc.request('examples.node', 'from Node');
console.log(`reply: ${reply.string()}`);
await nc.close();
