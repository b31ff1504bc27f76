/** Commands of templates that were made wrong: they are understood, or refused, and in time. */

import { expect, it, vi } from 'vitest'
import { Recogniser } from '../../../src/config/shell/recognise.ts'
import { NotKnown, type Script } from '../../../src/config/shell/values.ts'
import { mutateText } from './mutate.ts'
import { fuzz } from './random.ts'

vi.setConfig({ testTimeout: 120_000 })

const SCRIPTS = [
  `set -euo pipefail
U="https://example.com/\${V:-v1}/$(uname -m | sed 's/x86_64/amd64/').raw.xz"
retry() { local n=0; until "$@" || [ $n -ge 3 ]; do n=$((n + 1)); sleep 1; done; }
retry wget -qO /tmp/a.xz "$U" || { echo "no $U" >&2; exit 1; }
`,
  `for i in 1 2 {1..3}; do curl -fL -o "\${F%.*}" "\${U//a/b}" && break; done
case "$1" in (a*|[!b]?) x=\${1##*/} ;; *) ;; esac
if [[ $x == y* && ! -f z ]] || ((x > 1)); then cat <<-E | tee >(cat) > /tmp/a
\t$x \`date\`
\tE
fi
`,
  `xz -dc < /tmp/a.xz 2>/dev/null | dd of=/dev/sda bs=4M; sha256sum -c <<< "aa  /tmp/a"; trap 'rm -f "$T"' EXIT
eval "x=\${y:=1}"; A=(b "c d"); echo "\${A[@]}"; while read -r l; do echo $l; done < /proc/x & wait
`,
] as const

const script: Script = { place: (offset) => ({ kind: 'file', file: 'x', line: 1, column: offset }) }

it('a shell text that was made wrong is followed, or refused', async () => {
  await fuzz(200, (random) => {
    const text = mutateText(random, random.pick(SCRIPTS) + random.pick(SCRIPTS))
    const readLocal = () => {
      throw new NotKnown('there are no files')
    }
    const recogniser = new Recogniser({ architecture: 'x86_64', readLocal })
    const file = { text, script }
    const run = { file, path: '/tmp/script', command: 'sh /tmp/script', at: script.place(0), environment: new Map() }
    for (const { message, at } of recogniser.run(run)) {
      expect(message).not.toBe('')
      expect(at?.kind).toBe('file')
    }
    expect(recogniser.finish().written.length).toBeLessThan(5)
  })
})
