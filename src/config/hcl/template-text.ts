/** The text inside a string template: what is plain in it, and what would have to be evaluated. */

/** The beginning of an interpolation or directive, unless it is escaped by doubling its first character. */
const SEQUENCE = /(?<!\$)\$\{|(?<!%)%\{/
const ENV_CALL = /(?<!\$)\$\{\s*env\(\s*"([^"\\$%]*)"\s*\)\s*\}/g

/** The environment of a template; undefined where `env()` may not be called. */
export type TemplateEnv = Readonly<Record<string, string | undefined>> | undefined

/**
 * What the text stands for: `$${` and `%%{` are escapes, and `${env("NAME")}` becomes the environment variable (empty
 * when it is not set, as in Packer) where an environment is given. Undefined when anything else is to be evaluated.
 */
export function constantText(text: string, env: TemplateEnv): string | undefined {
  const filled =
    env === undefined ? text : text.replace(ENV_CALL, (_call, name: string) => escapeSequences(env[name] ?? ''))
  return SEQUENCE.test(filled) ? undefined : filled.replaceAll('$${', () => '${').replaceAll('%%{', () => '%{')
}

function escapeSequences(text: string): string {
  return text.replaceAll('${', () => '$${').replaceAll('%{', () => '%%{')
}
