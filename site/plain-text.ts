// What VitePress would make of the pages that GitHub does not: `{{ }}` is code to Vue, and is text here. And what a screen reader
// needs that GitHub does not give: a table's cell without words is no heading. Called with VitePress' renderer of Markdown.

interface Token {
  type: string;
  tag: string;
  content: string;
}

/** The part of markdown-it that is used. */
interface Markdown {
  readonly renderer: {
    readonly rules: Record<string, ((...args: never[]) => string) | undefined>;
  };
  readonly core: {
    readonly ruler: { push(name: string, rule: (state: { tokens: Token[] }) => void): void };
  };
}

export function keepPlainText(md: Markdown): void {
  const { rules } = md.renderer;
  for (const name of ['text', 'code_inline']) {
    const render = rules[name];
    if (render !== undefined) rules[name] = (...args) => asText(render(...args));
  }
  md.core.ruler.push('cells without words', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type !== 'th_open' || tokens[index + 1]?.content !== '') continue;
      for (const each of [token, tokens[index + 2]]) if (each?.tag === 'th') each.tag = 'td';
    }
  });
}

/** Vue reads no braces in entities. */
function asText(html: string): string {
  return html.replaceAll('{', '&#123;');
}
