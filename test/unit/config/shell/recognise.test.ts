import { describe, expect, it } from 'vitest'
import { toPipelines } from '../../../../src/config/shell/commands.ts'
import { createImageWriting, followPipeline } from '../../../../src/config/shell/recognise.ts'
import { ShellFailure } from '../../../../src/config/shell/words.ts'

const URL = 'https://example.com/hcloud-amd64.raw.xz'

/** What is written to the disk, or what is not known about the commands. */
function recognise(text: string, variables: Readonly<Record<string, string>> = {}): string[] {
  const state = createImageWriting()
  try {
    const problems = toPipelines(text, new Map(Object.entries(variables)))
      .map((pipeline) => followPipeline(pipeline, state)?.why)
      .filter((why) => why !== undefined)
    return problems.length > 0 ? problems.map((why) => `? ${why}`) : state.written
  } catch (error) {
    if (error instanceof ShellFailure) return [`! ${error.message} at ${error.offset}`]
    throw error
  }
}

describe('commands that write an image', () => {
  it.each([
    `wget -O /tmp/a.xz '${URL}' && xz -d -c /tmp/a.xz | dd of=/dev/sda && sync`,
    `wget --timeout=5 --inet4-only -O /tmp/a.xz ${URL}\nxz -dc /tmp/a.xz | dd of=/dev/sda bs=4M status=progress`,
    `wget --output-document=/tmp/a.xz "${URL}"; xzcat /tmp/a.xz > /dev/sda`,
    `wget -qO- ${URL} | xz -T0 -dc | dd of=/dev/sda bs=1M oflag=direct conv=fsync`,
    `wget -q -O - ${URL} | unxz | dd of=/dev/sda`,
    `wget ${URL} && xz -d hcloud-amd64.raw.xz && dd if=hcloud-amd64.raw of=/dev/sda`,
    `curl -fsSL ${URL} | zstd -d | dd of=/dev/sda`,
    `curl -fsSLo /tmp/a ${URL}; zstdcat /tmp/a | dd of=/dev/sda`,
    `curl -L --output /tmp/a ${URL}; zcat < /tmp/a | dd of=/dev/sda`,
    `curl -LO ${URL}; gunzip -c hcloud-amd64.raw.xz | tee /dev/sda >/dev/null`,
    `curl -L ${URL} > /tmp/a; cat /tmp/a | gzip -d | dd of=/dev/sda`,
    `curl ${URL} -o /tmp/a; zstd -d /tmp/a -o /tmp/b; cp /tmp/b /dev/sda`,
    `set -euo pipefail\nblkdiscard -v /dev/sda 2>/dev/null || true\ncurl ${URL} \\\n  | xz -d \\\n  | dd of=/dev/sda # done`,
    `DISK=/dev/sda\nexport IMAGE="${URL}"\nwget -O - "$IMAGE" | xz -dc | dd of=\${DISK}`,
    `sudo apt-get update && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y wget xz-utils; curl '${URL}' | xz -d | sudo dd of=/dev/sda`,
    `echo "it's; a && 'test' | > x" ; curl ${URL} | xz -d | dd of=/dev/sda; rm -rf /etc/ssh/ssh_host_* /tmp/*`,
    `dd if=/dev/zero of=/dev/sda bs=1M count=10; curl ${URL} | pv | xz -d | dd of=/dev/sda`,
  ])('knows %j', (text) => {
    expect(recognise(text)).toEqual([URL])
  })

  it('fills in the variables of the environment', () => {
    expect(recognise('curl "$IMAGE_URL" | xz -d | dd of=/dev/sda', { IMAGE_URL: URL })).toEqual([URL])
  })

  it.each([
    ['echo hello', []],
    [`wget -O /tmp/a ${URL}`, []],
    ['reboot', ['? "reboot" is not known']],
    [`curl ${URL} | xz -d | dd of=/dev/sdb`, ['? it writes to /dev/sdb, not to /dev/sda']],
    [`curl ${URL} | xz -d | dd of=/dev/sda seek=1`, ['? it writes only a part of the image (seek=1)']],
    [`curl -H 'X: y' ${URL} | dd of=/dev/sda`, ['? the option -H of curl']],
    [`wget --header=X:y -O- ${URL} | dd of=/dev/sda`, ['? the option --header=X:y of wget']],
    [`curl ${URL} ${URL}2 | dd of=/dev/sda`, ['? curl with several URLs']],
    ['xz -dc /tmp/x | dd of=/dev/sda', ['? it is not known what is in /tmp/x']],
    [`curl ${URL} | sh`, ['? "sh" is not known']],
    [`curl ${URL} | xz | dd of=/dev/sda`, ['? "xz" packs, rather than unpacks']],
    [
      `wget -O /tmp/a ${URL} || wget -O /tmp/a ${URL}2`,
      [`? "wget -O /tmp/a ${URL}2" runs only when another command fails`],
    ],
    ['mount /dev/sda1 /mnt; echo x > /mnt/file', ['? "mount /dev/sda1 /mnt" is not known', '? "echo x" is not known']],
    ['apt-get install -y nginx', ['? "apt-get install -y nginx" is not known']],
    ['rm -rf /etc', ['? "rm -rf /etc" is not known']],
    ['if true; then echo x; fi', ['? "if true" is not known', '? "then echo x" is not known', '? "fi" is not known']],
    ['echo $(date)', ['! what $( stands for at 5']],
    ['echo `date`', ['! a command in backticks at 5']],
    ['echo "$NOPE"', ['! what $NOPE stands for at 6']],
    ["echo 'x", ['! a quote that is not closed at 5']],
    ['true\necho $X', ['! what $X stands for at 10']],
    ['sleep 5 &', ['! "&" at 8']],
    ['(echo x)', ['! "(" at 0']],
  ])('says what it does not know in %j', (text, answer) => {
    expect(recognise(text)).toEqual(answer)
  })
})
