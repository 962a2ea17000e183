// A plan as the comment on a pull request: what a change of regions.json would do, in Markdown. Pure.

import { stripVTControlCharacters } from 'node:util';
import type { DryRun } from '../../api/config.ts';
import { changeLine, dryRunText } from '../../cli/forecast-text.ts';

/** GitHub takes 65,536 characters; a comment that is cut says so. */
const MOST_CHARACTERS = 60_000;

/** The first line, which GitHub does not show: what made the comment. */
export const MARKER = '<!-- meridian plan -->';

/** @param against what it is compared with, for the heading */
export function planMarkdown(plan: DryRun, against: string): string {
  const { changes, needsDeploy } = plan;
  if (changes.length === 0)
    return `${MARKER}\n### Plan\n\nregions.json is the same as ${against}: nobody would move.\n`;
  const many = `${changes.length} change${changes.length === 1 ? '' : 's'}`;
  const deploy =
    needsDeploy.length === 0
      ? 'All of it takes effect without a deploy, by `regions apply` or a rollout.'
      : `${needsDeploy.length} of them need${needsDeploy.length === 1 ? 's' : ''} a deploy.`;
  const lines = changes.map((change) => plain(changeLine(change)));
  return [
    MARKER,
    '### Plan',
    '',
    `${many} of regions.json, compared with ${against}. ${deploy}`,
    '',
    fenced(lines.join('\n'), 'diff'),
    '',
    fenced(plain(dryRunText({ ...plan, changes: [] })).trim(), 'text'),
    '',
  ].join('\n');
}

function plain(text: string): string {
  return stripVTControlCharacters(text);
}

/** Nothing within ends the block: a region's name is what somebody wrote, and could mention people or load pictures. */
function fenced(text: string, language: string): string {
  const cut = text.length > MOST_CHARACTERS / 2 ? `${text.slice(0, MOST_CHARACTERS / 2)}\n(cut here)` : text;
  const longest = Math.max(0, ...[...cut.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${cut}\n${fence}`;
}
