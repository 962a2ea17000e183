import { expect, test } from 'vitest';
import { CompressionFailedError } from './compressed-handshake.ts';
import { CompressionAttempts, READABLE_LINK_MS } from './compression-attempts.ts';

const FAILURE = new CompressionFailedError('no S2 stream');

test('compression that failed three times is tried again, and after the fourth a link does without, saying why', () => {
  const attempts = new CompressionAttempts();
  for (let count = 0; count < 3; count++) attempts.failed('weur', FAILURE);
  expect(attempts.next('weur', 's2_fast')).toEqual({ compression: 's2_fast' });
  attempts.failed('weur', FAILURE);
  expect(attempts.next('weur', 's2_fast')).toEqual({
    compression: 'off',
    plainBecause: 'it failed with compression 4 times: no S2 stream',
  });
});

test('each peer counts for itself', () => {
  const attempts = failedWith('weur');
  expect(attempts.next('enam', 's2_fast')).toEqual({ compression: 's2_fast' });
});

test('what is off anyway needs no reason', () => {
  expect(failedWith('weur').next('weur', 'off')).toEqual({ compression: 'off' });
});

test('a failure that is not for the compression does not count', () => {
  const attempts = new CompressionAttempts();
  for (let count = 0; count < 5; count++) attempts.failed('weur', new Error('the connection broke'));
  expect(attempts.next('weur', 's2_fast')).toEqual({ compression: 's2_fast' });
});

test('compressed links that end before both servers have read the first pings count, plain ones do not', () => {
  const attempts = new CompressionAttempts();
  for (let count = 0; count < 4; count++) {
    attempts.ended('enam', 'off', READABLE_LINK_MS - 1);
    attempts.ended('weur', 's2_fast', READABLE_LINK_MS - 1);
  }
  expect(attempts.next('enam', 's2_fast')).toEqual({ compression: 's2_fast' });
  expect(attempts.next('weur', 's2_fast')).toMatchObject({ compression: 'off' });
});

test('after a link that held compression is tried again', () => {
  const attempts = failedWith('weur');
  attempts.ended('weur', 'off', READABLE_LINK_MS);
  expect(attempts.next('weur', 's2_fast')).toEqual({ compression: 's2_fast' });
});

test('a compressed link that lasted but was never known to work says nothing either way', () => {
  const attempts = new CompressionAttempts();
  for (let count = 0; count < 4; count++) {
    attempts.unheard('weur', 's2_fast');
    attempts.ended('weur', 's2_fast', READABLE_LINK_MS);
  }
  expect(attempts.next('weur', 's2_fast').plainBecause).toContain('4 times: nothing was heard over the link');
});

test('a plain link over which nothing is heard does not count', () => {
  const attempts = new CompressionAttempts();
  for (let count = 0; count < 5; count++) attempts.unheard('weur', 'off');
  expect(attempts.next('weur', 's2_fast')).toEqual({ compression: 's2_fast' });
});

test('a link that is known to work wipes out the failures before it', () => {
  const attempts = failedWith('weur');
  attempts.works('weur');
  expect(attempts.next('weur', 's2_fast')).toEqual({ compression: 's2_fast' });
});

test('a link of which a server waits for the rest of a garbled frame ends with the first ping, and counts', () => {
  const attempts = new CompressionAttempts();
  for (const upMs of [1_014, 1_102, 1_054, 1_198]) attempts.ended('weur', 's2_fast', upMs);
  expect(attempts.next('weur', 's2_fast').plainBecause).toContain('the link ended 1198 ms after it was made');
});

test('after a change of the setting it is tried again', () => {
  const attempts = failedWith('weur');
  attempts.forget();
  expect(attempts.next('weur', 's2_fast')).toEqual({ compression: 's2_fast' });
});

function failedWith(peer: string): CompressionAttempts {
  const attempts = new CompressionAttempts();
  for (let count = 0; count < 4; count++) attempts.failed(peer, FAILURE);
  return attempts;
}
