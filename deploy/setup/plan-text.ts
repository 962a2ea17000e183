// What a set-up is about to write, or has written, and the commands that come next, as text. Pure.

import type { SetupPlan } from './plan.ts';
import { SECRETS_FILE } from './secrets-file.ts';

/** What would be written, and what it means. */
export function planText({ changes, notes, files, dollarsPerMonth }: SetupPlan): string {
  const cost = `What never sleeps costs about $${dollarsPerMonth.toFixed(0)} a month for memory and disk, by list prices (docs/limits.md).`;
  if (files.length === 0) return ['Everything is as asked already.', ...notes, cost].join('\n');
  return [
    ...changes.map((change) => `  ${change}`),
    ...notes,
    cost,
    `Files: ${files.map(({ path }) => path).join(', ')}`,
  ].join('\n');
}

/** A command, and what it is for. */
export interface NextCommand {
  readonly command: string;
  readonly why: string;
}

export function nextCommands({ domain, hasSecretsFile }: SetupPlan): readonly NextCommand[] {
  const url = domain === null ? 'https://meridian.<your subdomain>.workers.dev' : `https://${domain}`;
  return [
    { command: 'npm run doctor', why: 'what is still missing, such as `npx wrangler login`' },
    { command: 'npm run deploy -- --dry-run', why: 'what would be deployed' },
    hasSecretsFile
      ? {
          command: `npm run deploy -- -- --secrets-file ${SECRETS_FILE}`,
          why: `then keep what is in ${SECRETS_FILE} where you keep passwords, and delete the file`,
        }
      : { command: 'npm run deploy', why: 'with the secrets that are there: docs/deploying.md, step 7' },
    { command: `export MERIDIAN_URL=${url}`, why: 'the address, as the deploy prints it' },
    {
      command: "MERIDIAN_NATS_TOKEN=<the clients' token> npm run test:contract",
      why: 'whether it keeps the contract',
    },
  ];
}

export function nextText(plan: SetupPlan): string {
  const lines = nextCommands(plan).map(({ command, why }) => `  ${command}\n      # ${why}`);
  return ['Next:', ...lines].join('\n');
}
