// The environment in which OpenTofu runs: keys as its S3 backend looks for them, variables of infra/variables.tf, and nothing
// of AWS that is on this machine for something else. Pure.

import type { BucketAccess, Environment, Settings } from './settings.ts';

/** @param access undefined while the state is in the folder */
export function toolEnvironment(
  { env, bucket }: Pick<Settings, 'env' | 'bucket'>,
  access: BucketAccess | undefined,
  hasColours: boolean,
): Environment {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('AWS_'));
  const { CLOUDFLARE_ACCOUNT_ID: account, MERIDIAN_STATE_PASSPHRASE: passphrase } = env;
  return {
    ...Object.fromEntries(own),
    ...(access !== undefined && {
      AWS_ACCESS_KEY_ID: access.accessKeyId,
      AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
    }),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(account && { TF_VAR_account_id: account.trim() }),
    ...(passphrase && { TF_VAR_state_passphrase: passphrase }),
    TF_VAR_state_bucket: bucket,
    ...(!hasColours && { TF_CLI_ARGS: [env.TF_CLI_ARGS, '-no-color'].filter(Boolean).join(' ') }),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
}

/** What infra/backend.tf leaves open; no secret is among it, since arguments can be seen by other users. */
export function backendArguments({ bucket, endpoint }: BucketAccess): readonly string[] {
  const endpoints = JSON.stringify({ s3: endpoint });
  return [`-backend-config=bucket=${bucket}`, `-backend-config=endpoints=${endpoints}`];
}
