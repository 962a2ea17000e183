// NATS from Deno: deno run --allow-net --allow-env client.ts [address] [stay]

import process from 'node:process';
import { wsconnect } from '@nats-io/nats-core'; // deno add npm:@nats-io/nats-core

const SUBJECT = 'examples.deno';
const [, , server = 'ws://127.0.0.1:8787', stay] = process.argv;
const { NATS_TOKEN: token } = process.env;
const nc = await wsconnect({ servers: server, maxReconnectAttempts: -1, ...(token && { token }) });

nc.subscribe(SUBJECT, {
  callback: (_error, message) => {
    message.respond(`hello ${message.string()}`);
  },
});
await converse();
// With `stay` it goes on, in the next best region once its own is gone: the library reconnects.
if (stay === undefined) await nc.close();
else {
  for await (const { type } of nc.status()) {
    if (type === 'reconnect') await converse();
  }
}

/** Says which region it is, and gets an answer. */
async function converse(): Promise<void> {
  const region = nc.info?.server_name; // nats-weur
  const reply = await nc.request(SUBJECT, 'from Deno', { timeout: 5_000 });
  console.log(`connected to ${region}`);
  console.log(`reply: ${reply.string()}`);
}
