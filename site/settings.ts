// The variables of `npm run site`, in the form in which they are used. Pure.

/** A variable that cannot be used. */
export class SettingError extends Error {
  override name = 'SettingError';
}

export interface Settings {
  /** The path below which the site is served, with a slash at both ends. */
  readonly base: string;
  /** Where the files of the repository can be read, without a slash at the end; empty: nowhere. */
  readonly source: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws SettingError */
export function settingsOf({ SITE_BASE = '', SITE_SOURCE = '' }: Variables): Settings {
  if (/[:?#\s]|\/\//.test(SITE_BASE))
    throw new SettingError(
      `SITE_BASE is a path such as /meridian/, or empty for the top of a host; it is ${SITE_BASE}`,
    );
  const inner = SITE_BASE.replaceAll(/^\/|\/$/g, '');
  const source = SITE_SOURCE.replace(/\/+$/, '');
  if (source !== '' && !/^https?:\/\/[^\s/]/.test(source))
    throw new SettingError(
      `SITE_SOURCE is an address such as https://github.com/OWNER/NAME/blob/main; it is ${SITE_SOURCE}`,
    );
  return { base: inner === '' ? '/' : `/${inner}/`, source };
}
