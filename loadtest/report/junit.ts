// The run as JUnit XML, which every CI shows: a test case for each threshold, and one for whether the whole time was
// measured.

import junit from 'junit-report-builder';
import { answerOf } from './answer.ts';
import { failureSentences } from './failure-text.ts';
import { interruptionSentences } from './interruption-text.ts';
import type { Summary } from './summary.ts';
import { type ThresholdRow, thresholdRows } from './threshold-text.ts';
import { capitalized, outcomeOf, shortcomings, verdictOf } from './verdict.ts';

export function junitReport(summary: Summary): string {
  const { script, profile, startedAt, durationMs, versions, url } = summary;
  const builder = junit.newBuilder();
  const className = `loadtest.${script}`;
  const suite = builder
    .testSuite()
    .name(`${script}, ${profile}`)
    .timestamp(startedAt.slice(0, 19))
    .time(durationMs / 1000)
    .property('target', xmlText(url))
    .property('meridian', xmlText(versions.meridian))
    .property('k6', xmlText(versions.k6));
  const measured = suite
    .testCase()
    .className(className)
    .name(MEASURED)
    .time(durationMs / 1000);
  const reasons = whyNotMeasured(summary);
  if (reasons.length > 0) measured.failure(xmlText(reasons.map(capitalized).join('. ')), 'not measured');
  const told = [
    verdictOf(summary),
    answerOf(summary) ?? '',
    ...interruptionSentences(summary),
    ...failureSentences(summary),
  ];
  measured.standardOutput(xmlText(told.filter((line) => line !== '').join('\n')));
  for (const row of thresholdRows(summary)) {
    const testCase = suite
      .testCase()
      .className(className)
      .name(xmlText(`${row.metric} ${row.expression}`))
      .time(0);
    if (row.standing === 'cannot fail') testCase.skipped();
    else if (row.standing !== 'held') testCase.failure(failureText(row), row.standing);
  }
  return withoutRootSkips(builder.build());
}

/** Jenkins' schema has no such count at the root, and the plugin that checks by it refuses the file. */
function withoutRootSkips(xml: string): string {
  return `${xml.trimEnd()}\n`.replace(/(<testsuites\b[^>]*?) skipped="\d+"/, '$1');
}

const MEASURED = 'the whole time was measured';

function whyNotMeasured(summary: Summary): readonly string[] {
  const outcome = outcomeOf(summary);
  const ended = outcome === 'interrupted' || outcome === 'failed' ? [verdictOf(summary)] : [];
  return ended.length > 0 ? ended : shortcomings(summary);
}

function failureText({ metric, expression, value, standing }: ThresholdRow): string {
  if (standing === 'no samples') return xmlText(`${metric} has no samples: nothing was judged`);
  if (standing === 'not judged') return xmlText(`k6 was ended before it could judge ${metric}`);
  return xmlText(`${metric} was ${value === '' ? 'not so' : value}, and should be ${expression}`);
}

/** Without the characters that XML cannot have. */
function xmlText(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?');
}
