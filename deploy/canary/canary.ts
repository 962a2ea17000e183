// A deploy with one region first: its container gets the new image, the contract suite has to pass, and then the others get it.
// What fails, or is interrupted, is taken back. The steps themselves come from outside (`canary-steps.ts`).

import { CommandError, EXIT } from '../../cli/exit.ts';

/** What runs before the deploy. */
export interface Present {
  /** Id of the Worker's version. */
  readonly version: string;
  /** The last migration. */
  readonly migration: string | null;
  /** By the names of container applications. */
  readonly images: ReadonlyMap<string, string>;
}

export interface CanarySteps {
  /** Builds the image and pushes it. @returns its address */
  build(): Promise<string>;
  /** Deploys the Worker, and the containers with these images. */
  deploy(images: ReadonlyMap<string, string>): Promise<void>;
  /** Until the region has restarted and serves. */
  waitForRegion(interrupted: AbortSignal): Promise<void>;
  contract(): Promise<void>;
  serveVersion(version: string): Promise<void>;
  setImage(application: string, image: string): Promise<void>;
  /** Tells people how far it is. */
  tell(line: string): void;
}

export interface Canary {
  readonly region: string;
  /** The container application of that region. */
  readonly application: string;
  /** All of them. */
  readonly applications: readonly string[];
  /** The last migration that the deploy applies. */
  readonly migration: string | null;
  readonly present: Present;
}

/** @throws CommandError with what failed, and what was taken back */
export async function runCanary(canary: Canary, steps: CanarySteps, interrupted: AbortSignal): Promise<void> {
  const { region, application, applications, present } = canary;
  const image = await steps.build();
  const changed: string[] = [];
  const go = async (what: string, step: () => Promise<void>) => {
    interrupted.throwIfAborted();
    steps.tell(what);
    await step();
  };
  try {
    changed.push(application);
    // Those that are not there yet can only be made with the new image.
    const first = new Map(
      applications.map((each) => [each, each === application ? image : (present.images.get(each) ?? image)]),
    );
    await go(`Canary: the Worker, and ${region} with the new image.`, () => steps.deploy(first));
    await go(`Canary: waiting for ${region} to serve with it.`, () => steps.waitForRegion(interrupted));
    await go('Canary: the contract suite.', () => steps.contract());
    changed.push(...applications.filter((each) => each !== application));
    const all = new Map(applications.map((each) => [each, image]));
    await go('Canary: it holds. Now the others.', () => steps.deploy(all));
  } catch (cause) {
    const back = await takeBack(canary, steps, changed);
    const why = interrupted.aborted ? 'it was interrupted' : (cause as Error).message;
    const code = cause instanceof CommandError ? cause.exitCode : EXIT.refused;
    throw new CommandError(code, `Canary: ${why}\n${back}`, { details: { code: 'canary', region }, cause });
  }
}

/** @returns what is back, and what is not */
async function takeBack(
  { migration, present }: Canary,
  steps: CanarySteps,
  changed: readonly string[],
): Promise<string> {
  const lines: string[] = [];
  const tryTo = async (what: string, step: () => Promise<void>) => {
    try {
      await step();
      lines.push(`Taken back: ${what}.`);
    } catch (error) {
      lines.push(`NOT taken back: ${what}: ${(error as Error).message}`);
    }
  };
  if (migration === present.migration)
    await tryTo(`the Worker, to ${present.version}`, () => steps.serveVersion(present.version));
  else
    lines.push(
      `NOT taken back: the Worker. A migration of objects (${migration}) lies between, and Cloudflare goes back across none: deploy a correction.`,
    );
  for (const name of changed) {
    const image = present.images.get(name);
    if (image !== undefined) await tryTo(`the image of ${name}`, () => steps.setImage(name, image));
  }
  return lines.join('\n');
}
