// A NATS server of its own for a test run, ended with it: node test-run.mjs NAME COMMAND...
// MERIDIAN_URL and MERIDIAN_TOKEN say at which edge, and by whom; the command gets NATS_URL and NATS_TOKEN.

import { spawn } from 'node:child_process';

const { MERIDIAN_URL: edge = 'http://127.0.0.1:8787', MERIDIAN_TOKEN: token } = process.env;
const [, , sessionId, command, ...args] = process.argv;

async function call(method, path, body) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(edge + path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.error.message}`);
  return answer;
}

function run(env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const { container } = await call('POST', '/api/containers', { sessionId, ttlSeconds: 3600 });
try {
  process.exitCode = await run({ NATS_URL: container.url, NATS_TOKEN: container.token });
} finally {
  await call('DELETE', `/api/containers/${container.id}`);
}
