// `npm run imports`: checks all imports, and writes the rules into docs/architecture.md; with `--check` it only
// compares them.

import { readFileSync, writeFileSync } from 'node:fs';
import { importCycles } from './cycles.ts';
import { forbiddenImports } from './forbidden.ts';
import { readGraph } from './read-graph.ts';
import { PARTS } from './rules.ts';
import { withTable } from './table.ts';

const PAGE = 'docs/architecture.md';

const graph = readGraph();
const problems = [
  ...forbiddenImports(graph, PARTS),
  ...importCycles(graph).map((cycle) => `a cycle: ${cycle.join(' -> ')}`),
];
const page = readFileSync(PAGE, 'utf8');
const current = withTable(page, PARTS);
if (!process.argv.includes('--check')) writeFileSync(PAGE, current);
else if (page !== current) problems.push(`${PAGE} is not current: npm run imports`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
