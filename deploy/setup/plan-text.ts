// What a set-up is about to write, or has written, and the commands that come next, as text. Pure.

import type { SetupPlan } from './plan.ts';
import { SECRETS_FILE } from './secrets-file.ts';

/** What would be written, and what it means. */
export function planText({ changes, notes, files, dollarsPerMonth }: SetupPlan): string {
  const cost = `It costs about $${dollarsPerMonth.toFixed(0)} a month while nobody comes, by list prices; npm run cost says what it is for (docs/cost.md).`;
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

const BY_TOKEN = "MERIDIAN_NATS_TOKEN=<the clients' token>";
const BY_USER = "MERIDIAN_NATS_USER=<the clients' user> MERIDIAN_NATS_PASSWORD=<its password>";

export function nextCommands({ domain, hasSecretsFile, hasUser }: SetupPlan): readonly NextCommand[] {
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
      command: `${hasUser ? BY_USER : BY_TOKEN} npm run test:contract`,
      why: 'whether it keeps the contract',
    },
  ];
}

export function nextText(plan: SetupPlan): string {
  const lines = nextCommands(plan).map(({ command, why }) => `  ${command}\n      # ${why}`);
  return ['Next:', ...lines].join('\n');
}
