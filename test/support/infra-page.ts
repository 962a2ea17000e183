// The commands that docs/infrastructure.md shows, in its order.

/** The arguments of each `npm run infra -- ...`, from code blocks, tables and sentences alike. */
export function commandsOfInfraPage(page: string): readonly (readonly string[])[] {
  const found = page.matchAll(/npm run infra -- ([^`\n]+)/g);
  // `<the id that doctor shows>` is one word.
  return [...found].map(([, line = '']) => line.trim().match(/<[^>]*>|\S+/g) ?? []);
}
