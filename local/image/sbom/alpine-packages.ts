// Alpine's list of installed packages: paragraphs of `LETTER:value` lines.

export interface AlpinePackage {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly architecture: string | undefined;
}

/** The packages of /lib/apk/db/installed. */
export function readAlpinePackages(list: string): readonly AlpinePackage[] {
  return list.split(/\n{2,}/).flatMap((paragraph) => {
    const field = (letter: string) => new RegExp(`^${letter}:(.*)$`, 'm').exec(paragraph)?.[1];
    const [name, version] = [field('P'), field('V')];
    if (name === undefined || version === undefined) return [];
    return [{ name, version, license: field('L'), architecture: field('A') }];
  });
}
