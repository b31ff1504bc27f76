/** The sections of CHANGELOG.md, one for each version, newest first. */

const HEADING = /^## (\d+\.\d+\.\d+)( \(unreleased\))?\n/

/**
 * The newest section; undefined when there is none.
 * @param {string} changelog
 * @returns {{ version: string, isReleased: boolean, text: string } | undefined} text: without the heading
 */
export function newestSection(changelog) {
  const [, section = ''] = split(changelog)
  const [heading, version, mark] = HEADING.exec(section) ?? []
  return heading && { version, isReleased: mark === undefined, text: section.slice(heading.length).trim() }
}

/**
 * Adds what has changed: to the section of a version that is not released yet, which it then is, or in a section of its own.
 * @param {string} changelog @param {string} version @param {readonly string[]} changes
 */
export function withRelease(changelog, version, changes) {
  const [intro, ...sections] = split(changelog)
  const lines = changes.map((change) => `- ${change.replaceAll(/\n(?=.)/g, '\n  ')}`)
  const begun = newestSection(changelog)?.isReleased === false ? [sections.shift()?.replace(HEADING, '').trim()] : []
  const written = [`## ${version}\n`, ...begun, ...lines].join('\n')
  return `${[intro, written, ...sections].map((part) => part?.trim()).join('\n\n')}\n`
}

/** What stands above the sections, and each of them with its heading. */
function split(changelog) {
  return changelog.split(/^(?=## )/m)
}
