// A new value as it is shown or written. Pure.

/** What a shell and a `.env` file both read as it is. */
const PLAIN = /^[\w.@%+:,/-]*$/;

/** As a shell or a `.env` file reads it, where there is a way that both do: a value of several lines, or with a quotation mark, is as it is. */
export function linesOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (PLAIN.test(value)) return `${name}=${value}\n`;
      return /['\n]/.test(value) ? `${name}:\n${value}\n` : `${name}='${value}'\n`;
    })
    .join('');
}
