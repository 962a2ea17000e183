import { expect, test } from 'vitest';
import { edgeOf, requestFrom } from '../../test/support/workerd/edge-context.ts';
import { connect } from './connect.ts';

test.each(['mqtt', 'mqttv3.1', 'other, MQTT'])(
  'a client whose protocol is %s would hear nothing that it understands: it is told where MQTT is',
  async (protocol) => {
    const { edge, dialled } = edgeOf();
    const response = await connect(requestFrom('LHR', { 'sec-websocket-protocol': protocol }), edge);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('MQTT clients connect at /mqtt');
    expect(dialled).toEqual([]);
  },
);

test.each(['nats', 'mqtts', ''])('with the protocol "%s" it is a NATS client', async (protocol) => {
  const { edge, dialled } = edgeOf({ answer: () => new Response(null, { status: 400 }) });
  await connect(requestFrom('BRU', { 'sec-websocket-protocol': protocol }), edge);
  expect(dialled).toHaveLength(1);
});
