/** A path as people write it: with `~` for the home directory. */
export const shortenHome = (path: string, home: string | undefined): string =>
  home !== undefined && home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
