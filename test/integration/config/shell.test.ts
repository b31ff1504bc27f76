/** The real shells judge what texts the commands of a template print. */

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { createShell } from '../../../src/config/shell/interpret.ts'
import { runSimpleCommand } from '../../../src/config/shell/simple-command.ts'
import { NOTHING, NotKnown, type Script } from '../../../src/config/shell/values.ts'
import { World } from '../../../src/config/shell/world.ts'

const script: Script = { place: () => ({ kind: 'default' }) }

/** What a text prints here; more than one answer, when that depends. */
function run(text: string): string[] {
  const readLocal = () => {
    throw new NotKnown('there are no files')
  }
  const shell = createShell(runSimpleCommand)
  const machine = { architecture: undefined, readLocal }
  const world = new World().renewed()
  const paths = shell.runText(text, script, { machine, shell, script, world, input: NOTHING, isCondition: false })
  return paths.map(({ output, world: { unknown } }) =>
    output.kind === 'text' && unknown.length === 0 ? output.text : JSON.stringify([output, unknown]),
  )
}

const BOTH = [
  `echo a  b 'c  d' "e  f" g\\ h`,
  `A='x y'; echo $A "$A" '$A' "\\$A" \${A}z`,
  `A=; B=b; echo "[$A]" $A\${B}`,
  `set -- a 'b c' d; echo $# $2 "$@" "\${3}"; shift; echo $1; for x; do echo "<$x>"; done`,
  `for x in "$@" a 'b c'; do printf '<%s>' "$x"; done; printf '\\n'`,
  `X=abc.tar.xz; echo \${X%.*} \${X%%.*} \${X#*.} \${X##*.} \${#X}`,
  `U=https://e.com/a/b.raw.xz; F=\${U##*/}; echo "$F" "\${F%.xz}" "$(basename "$U")" "$(dirname "$U")" "$(basename "$U" .xz)"`,
  `unset N; echo "\${N:-d}" "\${N-e}" "\${N:+f}" "\${N:=g}" "$N" "\${N:+h}"`,
  `E=; echo "\${E:-d}" "\${E-e}" "\${E:+f}" "\${E+g}"`,
  `i=1; i=$((i + 2 * 3)); echo $i $((i % 4)) $(( (i - 1) / 2 )) $((i > 3)) $((i == 7 && 0))`,
  `if [ a = a ] && [ ! b = a ]; then echo yes; else echo no; fi`,
  `if [ 3 -lt 10 -a -n x ]; then echo yes; fi; test -z "" || echo never`,
  `if false; then echo a; elif true; then echo b; else echo c; fi`,
  `false && echo a || echo b; true && echo c || echo d; ! true || echo e`,
  `case x86_64 in arm*) echo a ;; x86_64|amd64) echo b ;; *) echo c ;; esac`,
  `case v1.11.5 in v1.1[0-9].*) echo new ;; *) echo old ;; esac; case ab in [!a]*) echo x ;; a?) echo y ;; esac`,
  `case "" in '') echo empty ;; *) echo other ;; esac`,
  `n=0; while [ $n -lt 3 ]; do n=$((n+1)); [ $n = 2 ] && continue; echo $n; done; until [ $n -eq 0 ]; do n=$((n-1)); done; echo $n`,
  `for i in 1 2 3 4; do [ $i -eq 3 ] && break; echo $i; done; echo "$i"`,
  `f() { echo "$1-$#"; return 0; echo never; }; f a b; x=$(f c); echo "[$x]"`,
  `f() { [ "$1" = ok ]; }; f ok && echo 1; f no || echo 2; if f no; then echo 3; else echo 4; fi`,
  `x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x; echo 4 | cat; echo a | { cat; echo b; }`,
  `x=$(printf 'a\\n\\n'); echo "[$x]"; echo "$(echo "$(echo nested)")" \`echo ticks\``,
  `cat <<E\na $((1+1)) \${N:-b}\nE\ncat <<'E'\na $N\nE\ncat <<-E\n\tc\n\tE`,
  `echo a > /tmp/talos-image-shell-test; echo b >> /tmp/talos-image-shell-test; cat /tmp/talos-image-shell-test; rm /tmp/talos-image-shell-test`,
  `cd /tmp; pwd; cd /; pwd; (cd /usr); pwd`,
  `echo x86_64 | sed 's/x86_64/amd64/;s/aarch64/arm64/'; echo aXbX | sed -e s/X/-/ -e 's/X$/+/'; echo a.a | sed 's/a/b/g'`,
  `for i in $(seq 1 3) $(seq 2); do printf '%s ' $i; done; echo`,
  `printf '%s  %s\\n' sum file; printf 'a\\n' | tr -d '\\n'; echo; printf 'a\\nb\\n' | head -n1`,
  `eval 'a=1; echo $a'; sh -c 'echo "$1"' x y; A=b sh -c 'echo "$A"'`,
  `false || { echo a; }; true; echo $?; exit 0; echo never`,
  `A=1 B=2; C=$A$B; export D="$C"3; echo $D; A=9 true; echo $A`,
  `X="a b"; set -- $X; echo $#; set -- "$X"; echo $#; echo "\${1}x" "$*"`,
  `x=1; f() { local x=2 y; x=3; y=4; g=5; }; f; echo "$x $g \${y:-none}"`,
  `U=1; export V=2; W=3 sh -c 'echo "\${U:-none} $V \${W}"'; echo "\${W:-gone}"; env X=4 sh -c 'echo $X'`,
  `sh -c 'trap "echo \\$x" EXIT; x=late; echo soon; exit 0'; trap 'echo end' EXIT; trap - EXIT; echo last`,
  `f() { echo "$1"; set -- z; echo "$1"; }; set -- a b; f c; echo "$1 $#"`,
  `echo ~ ~/x "~" a~; echo '#no' #comment`,
]

const BASH_ONLY = [
  `A=abc; echo \${A:1} \${A:0:2} \${A/b/X} \${A//[ac]/-} \${A^^}; B=ABC; echo \${B,,}`,
  `L=(a 'b c'); L+=(d); echo \${#L[@]} "\${L[1]}" "\${L[@]}"; for x in "\${L[@]}"; do echo "<$x>"; done`,
  `[[ x86_64 == x86* && ! -z a ]] && echo 1; [[ aarch64 =~ ^(arm|aarch) ]] && echo 2; [[ a == b || -z a ]] || echo 3`,
  `for ((i=0; i<3; i++)); do echo $i; done; ((i == 3)) && echo yes; for i in {1..3}; do echo $i; done`,
  `cat <<< "here $((2*3))"; echo $'a\\tb'; x=a; x+=b; echo $x`,
  `function g { local v=$1; echo "g$v"; }; g 1; declare -r Z=2; echo $Z`,
]

test.each(BOTH)('sh and bash print the same: %s', (text) => {
  const env = { HOME: '/root', PATH: process.env.PATH }
  for (const shell of ['sh', 'bash'])
    expect(run(text)).toEqual([execFileSync(shell, ['-c', text], { encoding: 'utf8', env })])
})

test.each(BASH_ONLY)('bash prints the same: %s', (text) => {
  const env = { HOME: '/root', PATH: process.env.PATH }
  expect(run(text)).toEqual([execFileSync('bash', ['-c', text], { encoding: 'utf8', env })])
})
