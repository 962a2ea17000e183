import { wsconnect } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
const base = configOf(['eeur', 'oc'], { eeur: { jetstream: false }, oc: { jetstream: false } });
const running = useStack({ ...base, sessions: { ...base.sessions, madeBy: 'readers' } });
test('try', async () => {
  const { stack } = running;
  const call = (method: string, path: string, body?: unknown) => fetch(stack.url + path, { method, headers: { authorization: `Bearer ${stack.adminToken}` }, ...(body ? { body: JSON.stringify(body) } : {}) });
  for (const n of ['a', 'b', 'a']) {
    const t = performance.now();
    const r = await call('POST', '/api/containers', { sessionId: n });
    const j = await r.json();
    console.log(r.status, performance.now() - t, j);
    const { container } = j as { container: { url: string; token: string; id: string } };
    const nc = await wsconnect({ servers: container.url, token: container.token, wsFactory: async (u) => { console.log(u); return { socket: new WebSocket(u), encrypted: false }; } });
    console.log(nc.info, await nc.rtt());
    await nc.close();
    for (const p of ['info', 'stats']) console.log(await (await call('GET', `/nats/${container.id}/${p}`)).json());
  }
  console.log(await (await call('GET', '/api/containers')).json());
  const t = performance.now();
  const d = await call('DELETE', '/api/containers/a');
  console.log(d.status, await d.json());
  await expect.poll(async () => (await call('GET', '/api/containers/a')).status, { timeout: 15000 }).toBe(404);
  console.log('gone', performance.now() - t);
  await stack.engine.server('session-b')!.app.kill('SIGKILL');
  const t2 = performance.now();
  await expect.poll(async () => ((await (await call('GET', '/api/containers')).json()) as any).containers[0].state, { timeout: 15000 }).toBe('down');
  console.log('seen', performance.now() - t2, await (await call('GET', '/api/containers')).json());
});
