import { expect, test } from 'vitest';
import { type BackupState, whyNotSaved } from './saved.ts';

const STREAM = {
  ...{ account: '$G', stream: 'ALONE', created: '1', messages: 9, lastSeq: 9 },
  servers: ['nats-c'],
};
const WHOLE: BackupState = { account: '$G', stream: 'ALONE', lagMessages: 0, lagMs: 0 };

const why = (state: Partial<BackupState> | undefined, everySeconds = 10) =>
  whyNotSaved([STREAM], state === undefined ? undefined : [{ ...WHOLE, ...state }], everySeconds);

test('what is backed up, or on its way, comes back', () => {
  expect(why({})).toBeUndefined();
  expect(why({ problem: 'R2 failed' })).toBeUndefined();
  expect(why({ lagMessages: 4, lagMs: 9_000 })).toBeUndefined();
});

test('what is late, fails, is unknown or has no backup does not', () => {
  expect(why({ lagMessages: 4, lagMs: 31_000 })).toContain('4 of its messages are not backed up');
  expect(why({ lagMessages: 4, lagMs: 1, problem: 'R2 failed' })).toContain('R2 failed');
  expect(why({ stream: 'OTHER' })).toContain('does not say');
  expect(why(undefined)).toContain('there are no backups');
});
