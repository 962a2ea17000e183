import { afterEach, expect, test, vi } from 'vitest';
import { announceEdit } from './announce-edit.js';

afterEach(() => {
  vi.restoreAllMocks();
});

test('an edit is told with what was before, in the words that the command reads', () => {
  const said = vi.spyOn(console, 'info').mockImplementation(() => {});
  announceEdit('oc', { dial: 0 }, { id: 'oc', dial: 100 });
  announceEdit('apac-ne', { drain: true }, { drain: false });
  expect(said.mock.calls.flat()).toEqual([
    'edits the target: oc.dial=0 (was 100)',
    'edits the target: apac-ne.drain=true (was false)',
  ]);
});
