// `npm run setup`: from a fresh clone to one that can be deployed. It asks for what its options leave open, shows what it
// would write, and writes it once, at the end. Run again, it changes what is asked for and nothing else.

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { intro } from '@clack/prompts';
import { Command } from 'commander';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../../cli/exit.ts';
import { GENERATED_FILES, WRANGLER_FILE } from '../../cli/generated-files.ts';
import { runProgram } from '../../cli/program.ts';
import { loadRegions, ROOT } from '../../cli/regions-file.ts';
import { say, USUAL_WIDTH, wrapped } from '../../cli/wrap.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { WranglerSyncError } from '../../regions/generate/wrangler-sync.ts';
import { type Answers, answersOf, CLIENTS, OPERATORS, type SetupOptions } from './answers.ts';
import { askDeployed, type Deployed } from './deployed.ts';
import { domainIn } from './domain.ts';
import { PLACES } from './places.ts';
import { planSetup, REGIONS_PATH, type SetupPlan, type Texts } from './plan.ts';
import { nextCommands, nextText, planText } from './plan-text.ts';
import { askRest, askWhetherToWrite, ON_STDERR } from './questions.ts';
import { SECRETS_FILE } from './secrets-file.ts';
import { readTexts, writeAll } from './write-files.ts';

const PROJECT = fileURLToPath(ROOT);
const PATHS = [REGIONS_PATH, ...GENERATED_FILES, SECRETS_FILE];

/** Of each secret that is made. */
const SECRET_BYTES = 32;

/** Of a terminal, in lines. */
const USUAL_HEIGHT = 24;

interface Options extends SetupOptions {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const program = new Command('npm run setup --')
  .usage('[options]')
  .description(
    `Sets up an edge in this checkout: ${REGIONS_PATH}, wrangler.toml, and secrets to deploy. Deploys nothing.`,
  )
  .option(
    '--regions <ids>',
    `which there are, such as weur,enam, or all: ${PLACES.map(({ id }) => id).join(', ')}`,
  )
  .option('--jetstream <ids>', 'which take part in JetStream, three or more; all, or none')
  .option('--awake <ids>', 'which never sleep; all, or none')
  .option('--domain <name>', 'of a zone in your account, such as nats.example.com; none: at workers.dev')
  .option('--clients <how>', `what clients sign in with: ${CLIENTS.join(', ')}`)
  .option('--operators <how>', `what operators sign in with: ${OPERATORS.join(', ')}`)
  .option('--access-team <domain>', 'team domain of Cloudflare Access')
  .option('--access-audience <tag>', 'application audience (AUD) tag of the Access application')
  .option('--yes', 'ask nothing: what no option names stays as it is')
  .option('--dry-run', 'only show what would be written')
  .option('--json', 'print what was written and what comes next as JSON')
  .addHelpText(
    'after',
    `
$ npm run setup
$ npm run setup -- --regions wnam,enam,weur --jetstream all --clients token --operators tokens --yes
$ npm run setup -- --domain nats.example.com --dry-run

Secrets are made here and written to ${SECRETS_FILE}, for you alone. Those that are
there stay. More: docs/deploying.md
${EXIT_CODES_HELP}`,
  )
  .action(async (options: Options, command: Command) => {
    const { yes, json } = options;
    const dryRun = options.dryRun === true;
    const isAsking = !yes && process.stdin.isTTY;
    if (!yes && !dryRun && !isAsking)
      throw new CommandError(
        EXIT.usage,
        'Nothing was written: there is no terminal to ask on. Say what you want by options, with --yes (--help).',
      );
    const config = await loadRegions(command);
    const texts = await readTexts(PROJECT, PATHS);
    const { answers, deployed } = await answersFor(options, { config, texts }, isAsking);
    const plan = planOf(texts, answers, deployed);
    if (isAsking) console.error(wrapped(planText(plan), process.stderr));
    else if (!json) say(planText(plan));
    if (!dryRun && plan.files.length > 0) {
      if (isAsking) await askWhetherToWrite(plan.files.map(({ path }) => path));
      await writeAll(PROJECT, plan.files, texts);
    }
    if (json) console.log(JSON.stringify(jsonOf(plan, dryRun), null, 2));
    else if (dryRun) say('A dry run: nothing was written.');
    else say(`${plan.files.length > 0 ? 'Written.\n' : ''}${nextText(plan)}`);
  });
await runProgram(program, []);

interface Found {
  readonly config: MeridianConfig;
  readonly texts: Texts;
}

/** Also what is deployed, which matters only where secrets are made. */
async function answersFor(
  options: Options,
  { config, texts }: Found,
  isAsking: boolean,
): Promise<{ readonly answers: Answers; readonly deployed: Deployed }> {
  const present = ownRegions(config).map(({ id }) => id);
  const possible = [...new Set([...present, ...PLACES.map(({ id }) => id)])];
  const given = answersOf(options, { possible, present });
  const hasSecrets = texts.get(SECRETS_FILE) !== undefined;
  const makesSecrets = given.clients !== undefined || given.operators === 'tokens';
  if (!isAsking) return { answers: given, deployed: makesSecrets ? await askDeployed(PROJECT) : 'unknown' };
  // A terminal that does not say how wide it is would get a character a line.
  process.stderr.columns ||= USUAL_WIDTH;
  process.stderr.rows ||= USUAL_HEIGHT;
  intro('Set up an edge. Enter takes what is there; nothing is written before the end.', ON_STDERR);
  const domain = domainIn(texts.get(WRANGLER_FILE) ?? '');
  const kept = { clients: options.clients === 'keep', operators: options.operators === 'keep' };
  return askRest(given, { config, domain, hasSecrets, kept, deployed: askDeployed(PROJECT) });
}

function planOf(texts: Texts, answers: Answers, deployed: Deployed): SetupPlan {
  try {
    return planSetup(texts, answers, () => randomBytes(SECRET_BYTES).toString('hex'), deployed);
  } catch (error) {
    if (!(error instanceof WranglerSyncError)) throw error;
    throw new CommandError(EXIT.refused, `Nothing was written: ${error.message}`, { cause: error });
  }
}

/** Without what is in the files: secrets are among them. */
function jsonOf(plan: SetupPlan, dryRun: boolean) {
  const { changes, notes, files, domain, dollarsPerMonth } = plan;
  const paths = files.map(({ path }) => path);
  return { dryRun, changes, notes, files: paths, domain, dollarsPerMonth, next: nextCommands(plan) };
}
