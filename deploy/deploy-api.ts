// What deploys, canaries and rollbacks ask of Cloudflare's API, beyond what wrangler does: which version and which images run,
// and back to those of before. The calls are those that wrangler 4.164 makes.

import * as v from 'valibot';
import { type ApiCall, type CloudflareApi, cloudflareApi } from '../cli/cloudflare/api.ts';
import { CommandError, EXIT } from '../cli/exit.ts';
import type { Environment } from './target.ts';

/** Of what Cloudflare says of an error. */
const ERROR_CHARACTERS = 500;

/** A container application: one for each region, and those of sessions and verifications. */
const ApplicationSchema = v.object({
  id: v.string(),
  name: v.string(),
  configuration: v.looseObject({ image: v.string() }),
});
export type Application = v.InferOutput<typeof ApplicationSchema>;

const DeploymentsSchema = v.object({
  deployments: v.array(
    v.object({ created_on: v.string(), versions: v.array(v.object({ version_id: v.string() })) }),
  ),
});

const ScriptsSchema = v.array(
  v.object({ id: v.string(), migration_tag: v.optional(v.nullable(v.string()), null) }),
);

const ChangesetSchema = v.object({
  updated: v.optional(v.array(v.object({ hostname: v.string(), id: v.string() })), []),
  conflicting: v.optional(v.array(v.object({ hostname: v.string() })), []),
});

const VersionSchema = v.object({ resources: v.object({ script: v.object({ etag: v.string() }) }) });

/** Cloudflare's code, with `The following secrets have changed: A, B` (wrangler 4.164, `versionsRollbackCommand`). */
const SECRETS_CHANGED = 10220;

const DomainSchema = v.object({ service: v.string() });

interface Call extends ApiCall {
  /** What this is for, as in "could not <what>". */
  readonly what: string;
}

export class DeployApi {
  readonly account: string;
  readonly #api: CloudflareApi;

  /** @throws CommandError if the environment has no token or no account */
  constructor(env: Environment) {
    const api = cloudflareApi(env);
    if (api === undefined)
      throw new CommandError(
        EXIT.notAuthorized,
        'This asks Cloudflare what runs there: CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID are needed (docs/pipeline.md).',
        { details: { code: 'secrets' } },
      );
    this.account = api.account;
    this.#api = api;
  }

  async applications(): Promise<readonly Application[]> {
    return this.#result('/containers/applications', v.array(ApplicationSchema), {
      what: 'list the containers',
    });
  }

  /**
   * Replaces the image, as a deploy does: the server gets SIGTERM, and the image lets JetStream's go in turns.
   *
   * @throws CommandError if it is refused; then the application has the configuration of before, so that what it says is what
   * its containers have, and whoever tries again finds that it is still to be done
   */
  async setImage({ id, name, configuration }: Application, image: string): Promise<void> {
    const target = { ...configuration, image };
    const what = `give ${name} the image ${image}`;
    const path = `/containers/applications/${id}`;
    await this.#call(path, { method: 'PATCH', body: { configuration: target }, what });
    const rollout = {
      description: 'Back to an earlier image',
      strategy: 'rolling',
      kind: 'full_auto',
      target_configuration: target,
      step_percentage: 100,
    };
    try {
      await this.#call(`${path}/rollouts`, { method: 'POST', body: rollout, what });
    } catch (cause) {
      // Of two failures the first one counts.
      await this.#call(path, { method: 'PATCH', body: { configuration }, what }).catch(() => undefined);
      throw cause;
    }
  }

  /** Ids of the versions of a Worker that served, the present one first. */
  async versions(worker: string): Promise<readonly string[]> {
    const call = { what: `list the deployments of ${worker}` };
    const { deployments } = await this.#result(
      `/workers/scripts/${worker}/deployments`,
      DeploymentsSchema,
      call,
    );
    // As wrangler: no order is documented.
    const newestFirst = deployments.toSorted((a, b) => b.created_on.localeCompare(a.created_on));
    return newestFirst.flatMap(({ versions }) => versions[0]?.version_id ?? []);
  }

  /** What the code of a version is, to compare: a change of secrets makes a version with the same code. */
  async codeOf(worker: string, version: string): Promise<string> {
    const path = `/workers/scripts/${worker}/versions/${version}`;
    const what = `look at version ${version} of ${worker}`;
    return (await this.#result(path, VersionSchema, { what })).resources.script.etag;
  }

  /**
   * As `wrangler rollback` does.
   *
   * @param oldSecrets also where secrets have changed since: then they are as they were
   * @throws CommandError with the code `secrets_changed` and their names, without `oldSecrets`
   */
  async serveVersion(
    worker: string,
    version: string,
    { message, oldSecrets = false }: { readonly message: string; readonly oldSecrets?: boolean },
  ): Promise<void> {
    const body = {
      strategy: 'percentage',
      versions: [{ version_id: version, percentage: 100 }],
      annotations: { 'workers/message': message },
    };
    const what = `go back to version ${version} of ${worker}`;
    const path = `/workers/scripts/${worker}/deployments${oldSecrets ? '?force=true' : ''}`;
    await this.#call(path, { method: 'POST', body, what });
  }

  /** The last migration that was applied; undefined if the Worker is not deployed. */
  async migrationOf(worker: string): Promise<string | null | undefined> {
    const scripts = await this.#result('/workers/scripts', ScriptsSchema, { what: 'list the Workers' });
    return scripts.find(({ id }) => id === worker)?.migration_tag;
  }

  /** Who has a domain already: another Worker by its name, or a DNS record; undefined if it is free, or this Worker's. */
  async ownerOfDomain(worker: string, hostname: string): Promise<string | undefined> {
    const what = `find out whether ${hostname} is free`;
    const path = `/workers/scripts/${worker}/domains/changeset?replace_state=true`;
    const call: Call = { method: 'POST', body: [{ hostname }], what };
    const { updated, conflicting } = await this.#result(path, ChangesetSchema, call);
    if (conflicting.some((each) => each.hostname === hostname)) return 'a DNS record';
    const found = updated.find((each) => each.hostname === hostname);
    if (found === undefined) return undefined;
    const { service } = await this.#result(`/workers/domains/records/${found.id}`, DomainSchema, { what });
    return service === worker ? undefined : `the Worker ${service}`;
  }

  /** The text of an object in R2; undefined if there is none. */
  async object(bucket: string, key: string): Promise<string | undefined> {
    const response = await this.#fetch(`/r2/buckets/${bucket}/objects/${key}`, {
      what: `read ${key} of ${bucket}`,
    });
    if (response.status === 404) return undefined;
    return (await this.#good(response, `read ${key} of ${bucket}`)).text();
  }

  async putObject(bucket: string, key: string, body: unknown): Promise<void> {
    await this.#call(`/r2/buckets/${bucket}/objects/${key}`, {
      method: 'PUT',
      body,
      what: `write ${key} of ${bucket}`,
    });
  }

  async #result<T>(path: string, schema: v.GenericSchema<unknown, T>, call: Call): Promise<T> {
    const body: unknown = await (await this.#call(path, call)).json();
    const answer = v.safeParse(v.object({ result: schema }), body);
    if (answer.success) return answer.output.result;
    throw new CommandError(
      EXIT.refused,
      `Cloudflare: could not ${call.what}: its answer is not as expected.`,
      {
        details: { code: 'cloudflare_answer' },
      },
    );
  }

  async #call(path: string, call: Call): Promise<Response> {
    return this.#good(await this.#fetch(path, call), call.what);
  }

  async #good(response: Response, what: string): Promise<Response> {
    if (response.ok) return response;
    const { status } = response;
    const { code, words } = errorIn(this.#api.redacted(await response.text()));
    if (code === SECRETS_CHANGED) throw secretsChanged(what, words);
    const said = words === undefined ? '' : ` (${words})`;
    const isRefused = status === 401 || status === 403;
    const fix = isRefused ? ' Is the token of that account, with Containers (edit) and R2 (edit)?' : '';
    throw new CommandError(
      isRefused ? EXIT.notAuthorized : EXIT.refused,
      `Cloudflare: could not ${what}: it answered ${status}${said}.${fix}`,
      { details: { code: 'cloudflare_refused', status } },
    );
  }

  #fetch(path: string, call: Call): Promise<Response> {
    return this.#api.ask(`/accounts/${this.account}${path}`, call);
  }
}

const ErrorsSchema = v.object({
  errors: v.tupleWithRest([v.object({ code: v.optional(v.number()), message: v.string() })], v.unknown()),
});

/** The first error of an answer, as Cloudflare says it. */
function errorIn(body: string): { readonly code?: number | undefined; readonly words?: string } {
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), ErrorsSchema), body);
  if (!answer.success) return {};
  const [{ code, message }] = answer.output.errors;
  return { code, words: message.slice(0, ERROR_CHARACTERS) };
}

function secretsChanged(what: string, words = ''): CommandError {
  const [, names] = /secrets have changed:\s*(.+)$/.exec(words) ?? [];
  const secrets = names?.replace(/\s*\[code: \d+\]/, '').split(/,\s*/) ?? [];
  const which = secrets.length === 0 ? 'secrets' : `the secrets ${secrets.join(', ')}`;
  return new CommandError(
    EXIT.refused,
    `Cloudflare: could not ${what}: ${which} have changed since, and would be as they were then.`,
    { details: { code: 'secrets_changed', secrets } },
  );
}
