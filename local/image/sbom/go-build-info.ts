// What a Go program was built from, read from the program itself as `go version -m` reads it, so that no Go is needed:
// debug/buildinfo in Go's library describes the format (the inline one, of Go 1.18 and later).

/** A Go module in a program. */
export interface GoModule {
  readonly path: string;
  /** Such as "v1.20.1". */
  readonly version: string;
}

export interface GoBuildInfo {
  /** Such as "go1.26.8". */
  readonly go: string;
  /** The module of the program itself. */
  readonly main: GoModule;
  readonly dependencies: readonly GoModule[];
}

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const FLAGS_OFFSET = 15;
const INLINE_FLAG = 2;
const STRINGS_OFFSET = 32;
/** The module information stands between two marks of this length. */
const MARK_BYTES = 16;

/** Undefined when this is no Go program, or one of a Go before 1.18. */
export function readGoBuildInfo(program: Buffer): GoBuildInfo | undefined {
  const start = program.indexOf(MAGIC);
  if (start < 0 || ((program[start + FLAGS_OFFSET] ?? 0) & INLINE_FLAG) === 0) return undefined;
  const version = readString(program, start + STRINGS_OFFSET);
  const modules = readString(program, version.end);
  return parse(version.text, modules.text.slice(MARK_BYTES, -MARK_BYTES));
}

/** A length as Go's uvarint, then so many bytes. */
function readString(program: Buffer, offset: number): { readonly text: string; readonly end: number } {
  let length = 0;
  let at = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = program[at++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { text: program.toString('latin1', at, at + length), end: at + length };
}

/** Lines of `kind TAB path TAB version TAB sum`; `=>` replaces the module of the line before. */
function parse(go: string, text: string): GoBuildInfo | undefined {
  let main: GoModule | undefined;
  const dependencies: GoModule[] = [];
  for (const line of text.split('\n')) {
    const [kind, path = '', version = ''] = line.split('\t');
    if (kind === 'mod') main = { path, version };
    else if (kind === 'dep') dependencies.push({ path, version });
    else if (kind === '=>') dependencies.splice(-1, 1, { path, version });
  }
  return main && { go, main, dependencies };
}
