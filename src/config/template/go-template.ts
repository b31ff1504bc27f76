/** The older `{{ ... }}` in texts, as far as such templates use it. */

const ACTION = /\{\{\s*([^{}]*?)\s*\}\}/g
const START = new Date()

/** The text with what is known filled in; undefined when something in it is not. */
export function fillGoTemplate(text: string): string | undefined {
  let isKnown = true
  const filled = text.replace(ACTION, (_, action: string) => {
    if (action === 'timestamp') return String(Math.floor(START.getTime() / 1000))
    if (action === 'isotime') return START.toISOString().replace(/\.\d+Z$/, 'Z')
    isKnown = false
    return ''
  })
  return isKnown ? filled : undefined
}
