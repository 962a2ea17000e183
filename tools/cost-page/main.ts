// `npm run cost:page`: writes the tables of docs/cost.md anew, after a change of a price, the model or regions.json.

import { readFile, writeFile } from 'node:fs/promises';
import { validateConfig } from '../../regions/validate.ts';
import { withTables } from './tables.ts';

const PAGE = new URL('../../docs/cost.md', import.meta.url);
const REGIONS = new URL('../../regions/regions.json', import.meta.url);

const result = validateConfig(JSON.parse(await readFile(REGIONS, 'utf8')));
if (!result.ok) throw new Error('regions.json is not valid: npm run regions -- check');
await writeFile(PAGE, withTables(await readFile(PAGE, 'utf8'), result.config));
