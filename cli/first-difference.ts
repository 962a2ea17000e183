// The first difference between two texts, which explains why a check fails.

/** The first line that differs, as it is and as it should be. */
export function firstDifference(current: string, wanted: string): string {
  const have = current.split('\n');
  const want = wanted.split('\n');
  let line = 0;
  while (line < have.length && have[line] === want[line]) line += 1;
  return `Line ${line + 1} is ${show(have[line])}, and should be ${show(want[line])}.`;
}

function show(line: string | undefined): string {
  return line === undefined ? 'not there' : `\`${line}\``;
}
