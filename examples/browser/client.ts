// NATS from a browser: the script of index.html, bundled by serve.ts.

import { wsconnect } from '@nats-io/nats-core';

const query = new URLSearchParams(location.search);
const nc = await wsconnect({
  servers: query.get('server') ?? 'ws://127.0.0.1:8787',
  token: query.get('token') ?? '',
});
show('server', nc.info?.server_name); // the region: nats-weur

nc.subscribe('examples.browser', {
  callback: (_error, message) => {
    message.respond(`hello ${message.string()}`);
  },
});
const reply = await nc.request('examples.browser', 'from a browser');
show('reply', reply.string());

function show(id: string, text = 'unknown'): void {
  const output = document.getElementById(id);
  if (output !== null) output.textContent = text;
}
