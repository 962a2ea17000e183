// The image, its configuration and the code agree on the ports.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  CLIENT_PORT,
  LEAF_PORT,
  MONITORING_PORT,
  MQTT_PORT,
  ROUTE_PORT,
  WEBSOCKET_PORT,
} from '../regions/container-ports.ts';

/** By the variable that nats-server.conf reads. */
const PORTS = {
  NATS_CLIENT_PORT: CLIENT_PORT,
  NATS_WEBSOCKET_PORT: WEBSOCKET_PORT,
  NATS_MONITOR_PORT: MONITORING_PORT,
  NATS_CLUSTER_PORT: ROUTE_PORT,
  NATS_LEAF_PORT: LEAF_PORT,
  NATS_MQTT_PORT: MQTT_PORT,
};

function textOf(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8');
}

test.each(Object.entries(PORTS))('the entrypoint sets %s to %i, and documents it', (name, port) => {
  const entrypoint = textOf('entrypoint.sh');
  expect(entrypoint).toContain(`export_number ${name} "\${${name}:-${port}}"`);
  expect(entrypoint).toMatch(new RegExp(`^# +${name} +${port}\\b`, 'm'));
});

test('nats-server listens on each of them as what the code takes it for', () => {
  const config = `${textOf('nats-server.conf')}${textOf('leafs/users.conf')}`;
  expect(config).toMatch(/^port: \$NATS_CLIENT_PORT$/m);
  expect(config).toMatch(/^http_port: \$NATS_MONITOR_PORT$/m);
  expect(config).toMatch(/^websocket \{[^}]*^ {2}port: \$NATS_WEBSOCKET_PORT$/m);
  expect(config).toMatch(/^cluster \{[^}]*^ {2}port: \$NATS_CLUSTER_PORT$/m);
  expect(config).toMatch(/^leafnodes \{[^}]*^ {2}port: \$NATS_LEAF_PORT\b/m);
  expect(config).toMatch(/^mqtt \{[^}]*^ {2}port: \$NATS_MQTT_PORT\b/m);
  expect(config.match(/port: /g)).toHaveLength(Object.keys(PORTS).length);
});

test('the image exposes them and no others', () => {
  const [, exposed = ''] = /^EXPOSE (.*)$/m.exec(textOf('Dockerfile')) ?? [];
  const ports = exposed.split(' ').map(Number);
  expect(ports.toSorted()).toEqual(Object.values(PORTS).toSorted());
});
