import { expect, test } from 'vitest';
import { parseEvent } from './client-event.ts';

test('an event is read from its line', () => {
  const event = { type: 'landed', client: 'go-1', city: 'Sydney', region: 'oc', at: 5 };
  expect(parseEvent(JSON.stringify(event))).toEqual(event);
});

test.each(['panic: no', '{"type":"left"}', '{"type":"landed","client":"go-1"}'])(
  'what is no event is refused: %s',
  (line) => expect(() => parseEvent(line)).toThrow(),
);
