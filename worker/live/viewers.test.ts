import { expect, test } from 'vitest';
import type { LiveChange } from '../../api/live.ts';
import { eventViewer, type Note, socketViewer } from './viewers.ts';

const NOTE: Note = { since: 0, address: '192.0.2.1', hasSaid: true, isTold: true };
const change = (at: number): LiveChange => ({ kind: 'change', at });

/** As workerd has it, for as much as is used. */
function fakeSocket() {
  let attachment: unknown;
  const sent: string[] = [];
  const socket = {
    serializeAttachment: (value: unknown) => {
      attachment = structuredClone(value);
    },
    deserializeAttachment: () => attachment,
    send: (text: string) => sent.push(text),
    close: () => {},
  };
  return { socket: socket as unknown as WebSocket, sent };
}

test('one who does not say what it has read is told nothing more, until it says so', () => {
  const { socket, sent } = fakeSocket();
  const viewer = socketViewer(socket);
  viewer.note = NOTE;
  const told = [0, 5_000, 10_000, 15_000, 20_000, 25_000].map((at) => viewer.tell(change(at)));
  expect(told).toEqual([true, true, true, true, true, false]);
  expect(sent).toHaveLength(5);
  viewer.note = { ...viewer.note, readAt: 20_000 };
  expect(viewer.tell(change(26_000))).toBe(true);
});

test('one who says it all the time is told everything', () => {
  const viewer = socketViewer(fakeSocket().socket);
  viewer.note = NOTE;
  for (let at = 0; at < 600_000; at += 10_000) {
    expect(viewer.tell(change(at))).toBe(true);
    viewer.note = { ...viewer.note, readAt: at };
  }
});

test('a refusal is told to the slowest, too', () => {
  const { socket, sent } = fakeSocket();
  const viewer = socketViewer(socket);
  viewer.note = { ...NOTE, toldAt: 60_000, readAt: 0 };
  expect(viewer.tell({ kind: 'refused', code: 'unauthorized', message: 'no' })).toBe(true);
  expect(sent).toHaveLength(1);
});

test('of a stream of events that nobody reads, only a few wait', async () => {
  const { viewer, body } = eventViewer(NOTE, () => {});
  const told = Array.from({ length: 12 }, (_, at) => viewer.tell(change(at)));
  expect(told.filter(Boolean)).toHaveLength(8);
  await body.getReader().read();
  expect(viewer.tell(change(13))).toBe(true);
});
