// Everything that can be wrong with a configuration, as data, and the one place that turns it into text.
// The command prints the text; the admin API returns both.

import type { Hint, Placement } from './hints.ts';

/** An error (or, for the codes in `WARNING_CODES`, a warning) at a path such as `regions[2].hint`. */
export type Problem = ProblemKind & {
  /** Line of the file, from 1, where there is a file. */
  line?: number;
};

interface PayloadLimit {
  readonly id: string;
  readonly bytes: number;
}

type ProblemKind =
  | { code: 'broken-json'; path: ''; line: number; column: number; expected: string }
  | { code: 'wrong-encoding'; path: ''; encoding: string }
  | { code: 'repeated-key'; path: string; key: string; line: number; column: number; firstLine: number }
  | { code: 'wrong-type'; path: string; expected: string; received: string }
  | { code: 'missing-field'; path: string }
  | { code: 'unknown-key'; path: string; key: string; nearest?: string }
  | { code: 'unknown-option'; path: string; received: string; options: readonly string[]; nearest?: string }
  | { code: 'bad-value'; path: string; expected: string; received: string }
  | { code: 'empty-list'; path: string }
  | { code: 'unknown-country'; path: string; received: string; meant?: string }
  | { code: 'uninhabited-country'; path: string; country: string }
  | { code: 'allow-overruled'; path: string; country: string; by: string }
  | { code: 'too-many-regions'; path: string; count: number; most: number }
  | { code: 'duplicate-id'; path: string; id: string; firstPath: string }
  | { code: 'reserved-id'; path: string; id: string; className: string }
  | { code: 'duplicate-class-name'; path: string; id: string; otherId: string; className: string }
  | { code: 'hint-alias'; path: string; hint: Hint; otherHint: Hint; otherPath: string; landsIn: Hint }
  | { code: 'hint-lands-elsewhere'; path: string; hint: Hint; landsIn: Hint }
  | { code: 'placement-limited'; path: string; placement: readonly Placement[] }
  | { code: 'repeated-placement'; path: string; placement: Placement; firstPath: string }
  | { code: 'repeated-entry'; path: string; entry: string; firstPath: string }
  | { code: 'instance-memory-low'; path: string; vcpu: number; memoryMib: number; leastMib: number }
  | { code: 'instance-disk-high'; path: string; memoryMib: number; diskMb: number; mostMb: number }
  | { code: 'limit-beyond-container'; path: string; bytes: number; most: number; what: 'memory' | 'disk' }
  | { code: 'payload-beyond-websocket'; path: string; bytes: number; most: number }
  | { code: 'payload-differs'; path: string; least: PayloadLimit; most: PayloadLimit }
  | { code: 'soft-limit-high'; path: string; soft: number; hard: number }
  | { code: 'jetstream-may-sleep'; path: string }
  | { code: 'jetstream-too-few'; path: string; ids: readonly string[] }
  | { code: 'jetstream-even'; path: string; ids: readonly string[] }
  | { code: 'jetstream-turned-off'; path: string; ids: readonly string[] }
  | { code: 'backup-payload-high'; path: string; bytes: number; most: number }
  | { code: 'access-incomplete'; path: string; given: string; missing: string }
  | { code: 'members-min-high'; path: string; min: number; max: number }
  | { code: 'members-may-sleep'; path: string }
  | { code: 'members-free-high'; path: string; free: number; max: number; room: number }
  | { code: 'members-name-taken'; path: string; id: string; of: string; name: string }
  | { code: 'no-enabled-region'; path: string }
  | { code: 'no-own-region'; path: string }
  | { code: 'external-only'; path: string; field: string }
  | { code: 'no-server-of-ours'; path: string; field: string }
  | { code: 'values-without-header'; path: string }
  | { code: 'session-ttl-high'; path: string; seconds: number; most: number }
  | { code: 'weight-unused'; path: string; weight: number }
  | { code: 'unknown-region'; path: string; id: string; known: readonly string[]; nearest?: string }
  | { code: 'default-region-disabled'; path: string; id: string }
  | { code: 'more-problems'; path: string; count: number };

const WARNING_CODES: ReadonlySet<Problem['code']> = new Set([
  'uninhabited-country',
  'allow-overruled',
  'hint-lands-elsewhere',
  'repeated-entry',
  'limit-beyond-container',
  'payload-beyond-websocket',
  'payload-differs',
  'jetstream-even',
  'jetstream-turned-off',
  'default-region-disabled',
  'weight-unused',
]);

/** Whether a configuration with this problem is still accepted. */
export function isWarning(problem: Problem): boolean {
  return WARNING_CODES.has(problem.code);
}

/** What is wrong, where, and the likely fix, as one line. */
export function describeProblem(problem: Problem): string {
  const { path, line, code } = problem;
  const text = path === '' ? textOf(problem) : `${path}: ${textOf(problem)}`;
  // The text of these two has the line already.
  return line === undefined || code === 'broken-json' || code === 'repeated-key'
    ? text
    : `${text} (line ${line})`;
}

function textOf(p: Problem): string {
  switch (p.code) {
    case 'broken-json':
      return `not JSON: line ${p.line}, column ${p.column} should be ${p.expected}.`;
    case 'wrong-encoding':
      return `not UTF-8 but ${p.encoding}: save the file as UTF-8.`;
    case 'repeated-key':
      return `"${p.key}" is given twice, in line ${p.firstLine} and again in line ${p.line}, column ${p.column}: only the last would count, so remove one of the two.`;
    case 'wrong-type':
      return `should be ${p.expected}, but is ${p.received}.`;
    case 'missing-field':
      return 'is missing and has no default: add it.';
    case 'unknown-key':
      return `there is no "${p.key}" here${suggestion(p.nearest)} Remove or rename it.`;
    case 'unknown-option':
      return `"${p.received}" is not known${suggestion(p.nearest)} Use one of ${p.options.join(', ')}.`;
    case 'bad-value':
      return `should be ${p.expected}, but is ${p.received}.`;
    case 'empty-list':
      return 'is empty: add at least one entry.';
    case 'unknown-country':
      return `${p.received} is no country${suggestion(p.meant)} Write an ISO 3166 code such as "DE", "EU" for the European Union, "T1" for Tor or "XX" for clients whose country is unknown.`;
    case 'uninhabited-country':
      return `nobody lives in ${p.country}, so this matches no client: remove it, or correct the code.`;
    case 'allow-overruled':
      return `deny names ${p.by} and takes precedence, so this allows no client from ${p.country}: remove one of the two.`;
    case 'too-many-regions':
      return `has ${p.count} regions: leave at most ${p.most}.`;
    case 'duplicate-id':
      return `"${p.id}" is already used at ${p.firstPath}: give one of the two regions a different id.`;
    case 'reserved-id':
      return `the class of "${p.id}" would be ${p.className}, the base class of all regions: use a different id.`;
    case 'duplicate-class-name':
      return `"${p.id}" and "${p.otherId}" would both have the class ${p.className}: give one of them a different id.`;
    case 'hint-alias':
      return `"${p.hint}" is the same place as "${p.otherHint}" at ${p.otherPath} (both land in ${p.landsIn}): remove one of the two regions or change its hint.`;
    case 'hint-lands-elsewhere':
      return `Cloudflare hosts no objects in "${p.hint}", they land in ${p.landsIn}: write "${p.landsIn}" instead.`;
    case 'placement-limited':
      return `Cloudflare refuses ${p.placement.join(', ')} alone (limited capacity): add another placement, such as ${neighbourOf(p.placement)}.`;
    case 'repeated-placement':
      return `"${p.placement}" is already at ${p.firstPath}: remove one of the two.`;
    case 'repeated-entry':
      return `"${p.entry}" is already at ${p.firstPath}, and once is enough: remove one of the two.`;
    case 'instance-memory-low':
      return `${p.memoryMib} MiB is too little for ${p.vcpu} vCPU (3 GiB each): use at least ${p.leastMib} MiB.`;
    case 'instance-disk-high':
      return `${p.diskMb} MB of disk is too much for ${p.memoryMib} MiB of memory (2 GB per GiB): use at most ${p.mostMb} MB.`;
    case 'limit-beyond-container':
      return `${p.bytes} bytes are more than the ${p.what} of the container (${p.most} bytes), which would end the server before the limit does: lower it, or choose a larger instanceType.`;
    case 'payload-beyond-websocket':
      return `is ${p.bytes}, and Cloudflare documents ${p.most} bytes as the most that one WebSocket message carries: larger messages may end the connection. Lower it to ${p.most - 65_536} or less, which leaves room for subject and headers.`;
    case 'payload-differs':
      return `maxPayloadBytes differs, from ${p.least.bytes} in ${p.least.id} to ${p.most.bytes} in ${p.most.id}: a client that is sent to another region may be disconnected there for a message that it could publish before. Give all regions the same.`;
    case 'soft-limit-high':
      return `${p.soft} has no effect, since it is not below maxConnections (${p.hard}): make it smaller.`;
    case 'jetstream-may-sleep':
      return 'a region that may sleep would break the JetStream majority: set keepAwake to true, or jetstream to false.';
    case 'jetstream-too-few':
      return `JetStream in ${p.ids.join(' and ')} only would lose its majority when one region is lost: enable it in at least three regions, or in none.`;
    case 'jetstream-even':
      return `JetStream in ${p.ids.length} regions (${p.ids.join(', ')}) survives no more failures than in ${p.ids.length - 1}: use an odd number.`;
    case 'backup-payload-high':
      return `is ${p.bytes}, and a region whose streams are backed up takes messages of at most ${p.most} bytes, since its object has some of them in memory: lower it, or set jetstream.backup.enabled to false.`;
    case 'jetstream-turned-off':
      return `only ${p.ids.join(' and ')} would be left of the JetStream regions, too few for a majority: JetStream is turned off.`;
    case 'access-incomplete':
      return `${p.given} alone lets nobody in, since a sign-in is checked against both: add ${p.missing}, or remove ${p.given}.`;
    case 'values-without-header':
      return 'are the values of no header: add header, or remove headerValues.';
    case 'session-ttl-high':
      return `${p.seconds} is more than sessions.mostTtlSeconds (${p.most}): lower it, or raise that.`;
    case 'members-min-high':
      return `${p.min} is more than members.max (${p.max}): lower it, or raise that and deploy.`;
    case 'members-may-sleep':
      return "members are linked to the others through the region's own server, which must not sleep: set keepAwake to true, or remove members.";
    case 'members-free-high':
      return `${p.free} can never be free: ${p.max} servers take ${p.room} clients in all. Lower it, or raise members.max or limits.maxConnections (what the memory of instanceType bears counts too).`;
    case 'members-name-taken':
      return `the server of "${p.id}" would be called ${p.name}, like a member of "${p.of}": give the region another id.`;
    case 'no-enabled-region':
      return 'no region is enabled, so no client could connect: set enabled to true in at least one.';
    case 'no-own-region':
      return 'all regions are external, so there would be nothing to deploy: keep one of ours; with "dial": 0 it takes no clients.';
    case 'external-only':
      return `only an external region has ${p.field}: set kind to "external", or remove it.`;
    case 'no-server-of-ours':
      return `an external region has no server of ours, so ${p.field} would have no effect: remove it.`;
    case 'weight-unused':
      return `${p.weight} has no effect while routing.bandMs is 0, since each client goes to its best region: set routing.bandMs (to 20, for example) to share clients by weight, or use dial to send some of them elsewhere.`;
    case 'unknown-region':
      return `there is no region "${p.id}"${suggestion(p.nearest)} Known: ${p.known.join(', ')}.`;
    case 'default-region-disabled':
      return `the default region "${p.id}" is disabled, so requests from an unknown place go to the best of the others: enable it or choose another one.`;
    case 'more-problems':
      return `and ${p.count} more.`;
  }
}

function suggestion(nearest: string | undefined): string {
  return nearest === undefined ? '.' : `; did you mean "${nearest}"?`;
}

const NEIGHBOUR: ReadonlyMap<Placement, Placement> = new Map([
  ['OC', 'APAC'],
  ['ME', 'EEUR'],
  ['AFR', 'WEUR'],
]);

function neighbourOf(placement: readonly Placement[]): string {
  const [first] = placement;
  return (first && NEIGHBOUR.get(first)) ?? 'WEUR';
}
