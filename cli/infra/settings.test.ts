import { expect, test } from 'vitest';
import { bucketAccessOf, settingsOf } from './settings.ts';
import { backendArguments, toolEnvironment } from './tool-environment.ts';

const KEYS = {
  R2_ACCESS_KEY_ID: 'the-id',
  R2_SECRET_ACCESS_KEY: 'the-secret',
  CLOUDFLARE_ACCOUNT_ID: 'a'.repeat(32),
};

test('the endpoint is that of the account, unless one is named', () => {
  const accessOf = (more: object) => bucketAccessOf(settingsOf({}, { ...KEYS, ...more }));
  expect(accessOf({}).endpoint).toBe(`https://${'a'.repeat(32)}.r2.cloudflarestorage.com`);
  expect(accessOf({ R2_ENDPOINT: 'https://r2.example/' }).endpoint).toBe('https://r2.example');
  expect(accessOf({ R2_ENDPOINT: 'http://127.0.0.1:1' }).endpoint).toBe('http://127.0.0.1:1');
});

test.each(['http://r2.example', 'https://user:word@r2.example', 'r2.example', 'https://r2.example?x'])(
  'keys are not sent to %s',
  (endpoint) => {
    expect(() => bucketAccessOf(settingsOf({}, { ...KEYS, R2_ENDPOINT: endpoint }))).toThrow(
      /R2_ENDPOINT is no address/,
    );
  },
);

test('all that is missing is named at once', () => {
  expect(() => bucketAccessOf(settingsOf({}, {}))).toThrow(
    /R2_ACCESS_KEY_ID, R2_SECRET_ACCESS_KEY, CLOUDFLARE_ACCOUNT_ID are not set/,
  );
});

test('the bucket is the option, else the variable, else the usual one', () => {
  expect(settingsOf({ bucket: 'one' + '-bucket' }, { MERIDIAN_STATE_BUCKET: 'two' }).bucket).toBe(
    'one-bucket',
  );
  expect(settingsOf({}, { MERIDIAN_STATE_BUCKET: 'two-bucket' }).bucket).toBe('two-bucket');
  expect(settingsOf({}, {}).bucket).toBe('meridian-tofu');
  expect(() => settingsOf({ bucket: 'Not A Bucket' }, {})).toThrow(/is no name of a bucket/);
});

test('OpenTofu gets the keys of R2, none of AWS, and no argument has a secret', () => {
  const settings = settingsOf(
    {},
    { ...KEYS, AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'x', MERIDIAN_STATE_PASSPHRASE: 'p' },
  );
  const access = bucketAccessOf(settings);
  const env = toolEnvironment(settings, access, true);
  expect(env).toMatchObject({
    AWS_ACCESS_KEY_ID: 'the-id',
    AWS_SECRET_ACCESS_KEY: 'the-secret',
    TF_VAR_account_id: 'a'.repeat(32),
    TF_VAR_state_passphrase: 'p',
    TF_VAR_state_bucket: 'meridian-tofu',
  });
  expect(env).not.toHaveProperty('AWS_PROFILE');
  expect(env).not.toHaveProperty('AWS_SESSION_TOKEN');
  expect(env).not.toHaveProperty('TF_CLI_ARGS');
  expect(toolEnvironment(settings, undefined, false)).toMatchObject({ TF_CLI_ARGS: '-no-color' });
  expect(backendArguments(access).join(' ')).not.toContain('the-');
});
