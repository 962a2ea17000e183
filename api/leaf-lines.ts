// Leaf nodes as NATS_LEAF_USERS has them: a name and a password a line, and what one may. The same rules as in
// container/entrypoint.sh, which refuses to start a server otherwise; a test holds the two against each other. Pure.

/** Of Meridian's own links. */
const OWN_NAME = 'session';

const PERMISSION = /^(publish|subscribe)=/;

/** The names of all lines. */
export function leafNamesIn(lines: string): readonly string[] {
  return wordsIn(lines).flatMap(({ words: [name] }) => name ?? []);
}

/** What is set beside the lines. */
export interface Beside {
  /** Names of other lines that are valid too. */
  readonly taken?: readonly string[];
  /** Names of the clients' users, if clients sign in as users alone. */
  readonly users?: readonly string[] | undefined;
}

/** Why no server would start with these lines, without anything of a password; undefined if one does. */
export function leafProblem(lines: string, { taken = [], users }: Beside = {}): string | undefined {
  const names = new Set(taken);
  let isLimited = false;
  for (const { line, text, words } of wordsIn(lines)) {
    const [name = '', password, ...permissions] = words;
    if (password === undefined) return `Line ${line} is not a name and a password with a space between.`;
    if (hasControl(text)) return `Line ${line} has a control character.`;
    if (name === OWN_NAME)
      return `Line ${line} has the name ${OWN_NAME}, which is that of Meridian's own links.`;
    if (names.has(name))
      return `Line ${line} has the name ${name}, which is taken: both lists are valid, so names differ.`;
    names.add(name);
    const kinds = permissions.map((word) => PERMISSION.exec(word)?.[1]);
    if (kinds.includes(undefined))
      return `Line ${line} goes on after the password with something else than publish=SUBJECTS or subscribe=SUBJECTS.`;
    if (new Set(kinds).size < kinds.length) return `Line ${line} has publish= or subscribe= twice.`;
    isLimited ||= kinds.length > 0;
  }
  if (!isLimited) return undefined;
  if (users === undefined)
    return 'Lines with permissions only go with clients that sign in as a user (NATS_USER and NATS_PASSWORD), not with a token.';
  const same = [...names].find((name) => users.includes(name));
  return same === undefined
    ? undefined
    : `${same} is a user of clients too, and some lines have permissions: give it another name.`;
}

/** A tab may stand before the name and after it, and nowhere else. */
function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text.replace(/^[ \t]+|[ \t]+$/g, '').replace(/^([^ \t]+)[ \t]+/, '$1 '));
}

/** Lines that are empty are none. */
function wordsIn(lines: string) {
  return lines.split('\n').flatMap((text, index) => {
    const words = text.split(/[ \t]+/).filter((word) => word !== '');
    return words.length === 0 ? [] : [{ line: index + 1, text, words }];
  });
}
