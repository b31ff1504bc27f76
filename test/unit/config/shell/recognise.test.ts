import { describe, expect, it } from 'vitest'
import { type Recognised, Recogniser } from '../../../../src/config/shell/recognise.ts'
import { NotKnown, type TextScript } from '../../../../src/config/shell/values.ts'
import type { Origin } from '../../../../src/errors.ts'

const URL = 'https://example.com/hcloud-amd64.raw.xz'
const OTHER = 'https://example.com/other.raw.xz'
const SUM = 'a'.repeat(64)

const at = (offset: number): Origin => ({ kind: 'file', file: 'x', line: 1, column: offset })

/** Follows scripts, one after the other: what is not known about them, or where they lead. */
function follow(
  texts: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  architecture: 'x86_64' | 'aarch64' = 'x86_64',
): string[] | Recognised {
  const readLocal = (path: string): TextScript => {
    if (path.endsWith('.sh')) return { text: `curl ${URL} | xz -d | dd of=/dev/sda`, script: { place: at } }
    throw new NotKnown(`${path} is no text`)
  }
  const recogniser = new Recogniser({ architecture, readLocal })
  for (const file of ['image.raw.xz', 'schematic.yaml', 'write.sh']) {
    const source = { kind: 'file', path: `/here/${file}` } as const
    expect(
      recogniser.put(`/srv/${file}`, { kind: 'image', source, at: at(0), isUnpacked: false }, at(0)),
    ).toBeUndefined()
  }
  const run = {
    path: '/tmp/script',
    command: 'sh -e /tmp/script',
    at: at(-1),
    environment: new Map(Object.entries(variables)),
  }
  const findings = texts.flatMap((text) => recogniser.run({ ...run, file: { text, script: { place: at } } }))
  const shown = findings.map(({ message, at: place }) => {
    const short = message.replace('unsupported command: ', '? ')
    return `${short} at ${place?.kind === 'file' ? place.column : '-'}`
  })
  if (shown.length > 0) return shown
  const recognised = recogniser.finish()
  return recognised.problem === undefined ? recognised : [`! ${recognised.problem.message}`]
}

/** What is written to the disk, or what is not known about the commands. */
function recognise(...given: Parameters<typeof follow>): string[] {
  const followed = follow(...given)
  if (Array.isArray(followed)) return followed
  return followed.written.map(({ source }) => (source.kind === 'file' ? source.path : source.url))
}

const WRITE = 'xz -dc /tmp/a | dd of=/dev/sda'

describe('the proxy of a download', () => {
  it.each([
    [`export https_proxy=http://p:3128; wget -O /tmp/a ${URL}; ${WRITE}`, 'http://p:3128'],
    [`HTTPS_PROXY=p:3128 curl -o /tmp/a ${URL}; ${WRITE}`, 'p:3128'],
    [`export all_proxy=socks5://p; curl -o /tmp/a ${URL}; ${WRITE}`, 'socks5://p'],
    [`curl -x http://me:secret@p:3128 -o /tmp/a ${URL}; ${WRITE}`, 'http://me:secret@p:3128'],
    [`export https_proxy=p:1; curl --proxy p:2 -o /tmp/a ${URL}; ${WRITE}`, 'p:2'],
    [`export http_proxy=p:1; wget -O /tmp/a ${URL}; ${WRITE}`, undefined],
    [`export https_proxy=p:1 no_proxy=.com; wget -O /tmp/a ${URL}; ${WRITE}`, undefined],
    [`export https_proxy=p:1; wget --no-proxy -O /tmp/a ${URL}; ${WRITE}`, undefined],
  ])('is that of %j', (text, proxy) => {
    const followed = follow([text])
    expect(followed).toMatchObject({ written: [{ source: { kind: 'url', url: URL } }] })
    expect(Array.isArray(followed) ? followed : followed.written[0]?.source).toEqual({
      kind: 'url',
      url: URL,
      ...(proxy === undefined ? {} : { proxy }),
    })
  })
})

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
    expect(recognise([text])).toEqual([URL])
  })

  it.each([
    `cd /tmp && wget ${URL} && cd / && xz -dc /tmp/hcloud-amd64.raw.xz | dd of=/dev/sda`,
    `wget -P /tmp/images ${URL}; xz -dc /tmp/images/hcloud-amd64.raw.xz | dd of=/dev/sda`,
    `curl --output-dir /tmp -fsSLO ${URL}; cd /tmp; xz -dc ./hcloud-amd64.raw.xz | dd of=/dev/sda`,
    `curl -fL -o ~/a ${URL}; xz -dc /root/a | dd of=/dev/sda`,
    `d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; wget -qO "$d/a.xz" ${URL}; unxz "$d/a.xz"; dd if="$d/a" of=/dev/sda`,
    `F=\${IMAGE##*/}; wget $IMAGE; xz -d "$F"; dd if="\${F%.xz}" of=/dev/sda`,
    `cd /tmp; wget ${URL} ${URL}.sha256; xz -dc *.raw.xz | dd of=/dev/sda`,
  ])('follows names: %j', (text) => {
    expect(recognise([text], { IMAGE: URL })).toEqual([URL])
  })

  it.each([
    [`if [ "$(uname -m)" = x86_64 ]; then A=amd64; else A=arm64; fi`],
    [
      `ARCH=$(uname -m)\nif [ "$ARCH" == "aarch64" ]; then\n A=arm64\nelif [[ $ARCH == x86* ]]; then\n A=amd64\nelse exit 1; fi`,
    ],
    [`case $(uname -m) in x86_64|amd64) A=amd64 ;; aarch64) A=arm64 ;; *) echo no; exit 1 ;; esac`],
    [`A=$(dpkg --print-architecture)`],
    [`A=\`uname -m | sed 's/x86_64/amd64/;s/aarch64/arm64/'\``],
    [`A=amd64; [ "$(arch)" != aarch64 ] || A=arm64`],
    [`A=amd64; test $(uname -m) = aarch64 && A=arm64`],
    [`[[ "$(uname -m)" =~ ^(arm|aarch) ]] && A=arm64 || A=amd64`],
    [`get() { local m=$(uname -m); if [ "$m" = x86_64 ]; then echo amd64; else echo arm64; fi; }; A=$(get)`],
  ])('decides by the architecture: %j', (text) => {
    const all = `${text}\nwget -O /tmp/a https://example.com/$A\n${WRITE}`
    expect(recognise([all])).toEqual(['https://example.com/amd64'])
    expect(recognise([all], {}, 'aarch64')).toEqual(['https://example.com/arm64'])
  })

  it.each([
    `for i in 1 2 3; do wget -O /tmp/a ${URL} && break; sleep 5; done`,
    `for i in $(seq 1 5); do\n  if curl -fL -o /tmp/a ${URL}; then break; fi\n  echo "try $i"\n  sleep $((i * 2))\ndone`,
    `for i in {1..5}; do wget -O /tmp/a ${URL} && break || sleep 15; done`,
    `until wget -O /tmp/a ${URL}; do sleep 5; done`,
    `while ! curl -fLo /tmp/a ${URL}; do echo again; sleep 1; done`,
    `while true; do wget -O /tmp/a ${URL} && break; sleep 1; done`,
    `n=0; until [ "$n" -ge 5 ]; do wget -O /tmp/a ${URL} && break; n=$((n+1)); sleep 1; done`,
    `for ((i=0; i<3; i++)); do wget -O /tmp/a ${URL} && break; done`,
    `retry() { for i in 1 2 3; do "$@" && return 0; sleep 1; done; return 1; }; retry wget -O /tmp/a ${URL}`,
    `wget -O /tmp/a ${URL} || wget -O /tmp/a ${URL}`,
    `wget -O /tmp/a ${URL} || { echo "it failed"; exit 1; }`,
    `if ! wget -O /tmp/a ${URL}; then echo "it failed" >&2; exit 1; fi`,
    `timeout 600 wget -O /tmp/a ${URL}`,
    `[ -f /tmp/a ] || wget -O /tmp/a ${URL}`,
    `command -v wget >/dev/null || apt-get install -y wget; wget -O /tmp/a ${URL}`,
    `[ "$(id -u)" -eq 0 ] || exit 1; wget -O /tmp/a ${URL}`,
    `if [ ! -b /dev/sda ]; then echo "no disk"; exit 1; fi; wget -O /tmp/a ${URL}`,
    `lsblk | grep -q sda || { echo "no disk"; exit 1; }; wget -O /tmp/a ${URL}`,
    `log() { echo "[$(date)] $*"; }; log "from \${NOPE:-here}"; wget -O /tmp/a ${URL}; log done`,
    `OPTS="-q -O"; wget $OPTS /tmp/a ${URL}`,
    `ARGS=(-fsSL --retry 5 -o /tmp/a); curl "\${ARGS[@]}" ${URL}`,
    `exec > >(tee /tmp/log) 2>&1; wget -O /tmp/a ${URL}`,
    `cat > /tmp/get.sh <<'EOF'\n#!/bin/sh\nwget -O /tmp/a $1\nEOF\nchmod +x /tmp/get.sh; /tmp/get.sh ${URL}`,
    `bash -c "wget -O /tmp/a ${URL}"`,
    `( cd /tmp && wget -O a ${URL} )`,
    `wget -O /tmp/a ${URL} 2>&1 | tee /tmp/log`,
    `fdisk -l /dev/sda; sfdisk -d /dev/sda > /root/old; parted -s /dev/sda unit MiB print; sgdisk -p /dev/sda; wget -O /tmp/a ${URL}`,
    `sgdisk --zap-all /dev/sda; wipefs -af /dev/sda1 /dev/sda; parted -s /dev/sda mklabel gpt; wget -O /tmp/a ${URL}`,
    `umount -f /dev/sda1 || true; swapoff -a; mount -o remount,size=4G /tmp; wget -O /tmp/a ${URL}; partprobe`,
    `clean() { rm -rf "$T"; }; trap clean EXIT INT; trap 'echo failed' ERR; T=$(mktemp -d); wget -O /tmp/a ${URL}`,
    `rm -rf /var/lib/cloud/* /etc/machine-id; ssh-keygen -A; journalctl --vacuum-time=1s; wget -O /tmp/a ${URL}`,
  ])('follows tries and branches: %j', (text) => {
    expect(recognise([`${text}\n${WRITE}`])).toEqual([URL])
  })

  it('goes on where the script before it ended, with variables of its own', () => {
    expect(recognise([`cd /tmp; U=${URL}; wget -O a $U`, 'xz -dc /tmp/a | dd of=/dev/sda'])).toEqual([URL])
    expect(recognise([`U=${URL}`, 'wget -O /tmp/a $U', WRITE])).toEqual(['? what $U stands for at 0'])
  })

  it.each([
    ['xz -d -c /srv/image.raw.xz | dd of=/dev/sda && sync', '/here/image.raw.xz'],
    ['sh /srv/write.sh', URL],
    ['chmod +x /srv/write.sh && /srv/write.sh', URL],
  ])('uses what was uploaded: %j', (text, written) => {
    expect(recognise([text])).toEqual([written])
  })

  it.each([
    `echo "${SUM}  /tmp/a" | sha256sum -c -`,
    `echo '${SUM} */tmp/a' | sha256sum --check --status || exit 1`,
    `sha256sum -c <<< "${SUM}  /tmp/a"`,
    `cd /tmp; echo "${SUM}  a" > sums; sha256sum -c sums`,
    `[ "$(sha256sum /tmp/a | cut -d' ' -f1)" = "$SHA" ] || { echo bad; exit 1; }`,
    `if [ "$SHA" != "$(sha256sum /tmp/a | awk '{print $1}')" ]; then exit 1; fi`,
    `printf '%s  %s\\n' "$SHA" /tmp/a | shasum -a 256 -c`,
  ])('knows which SHA-256 is expected: %j', (text) => {
    const followed = follow([`wget -O /tmp/a ${URL}\n${text}\n${WRITE}`], { SHA: SUM })
    expect(followed).toMatchObject({ written: [{ source: { url: URL } }], sum: { hex: SUM }, unchecked: [] })
  })

  it.each([
    `wget -O /tmp/a.sha256 ${URL}.sha256; sha256sum -c /tmp/a.sha256`,
    `echo "${SUM}  /tmp/a" | sha512sum -c`,
    `[ "$(sha256sum /tmp/a | cut -d' ' -f1)" = "$(curl ${URL}.sha256)" ] || exit 1`,
    `xz -dk /tmp/a; echo "${SUM}  /tmp/a" > s; mv /tmp/a /tmp/b; sha256sum -c s; mv /tmp/b /tmp/a`,
  ])('says which checks are not repeated: %j', (text) => {
    const followed = follow([`wget -O /tmp/a ${URL}\n${text}\n${WRITE}`])
    expect(followed).toMatchObject({ written: [{ source: { url: URL } }], sum: undefined, unchecked: [{ at: {} }] })
  })

  it('knows images of a schematic that is posted', () => {
    const post =
      'ID=$(curl -sX POST --data-binary @/srv/schematic.yaml https://factory.talos.dev/schematics | jq -r .id)'
    const url = 'https://factory.talos.dev/image/<schematic>/v1.11.5/hcloud-amd64.raw.xz'
    const get = 'wget -O /tmp/a https://factory.talos.dev/image/$ID/v1.11.5/hcloud-amd64.raw.xz'
    const answer = [{ source: { kind: 'schematic', url, file: '/here/schematic.yaml' } }]
    expect(follow([[post, get, WRITE].join('\n')])).toMatchObject({ written: answer })
    const wget =
      'wget -qO /tmp/id --post-file=/srv/schematic.yaml https://factory.talos.dev/schematics\nID=$(grep -o "[0-9a-f]*" < /tmp/id | head -1)'
    expect(follow([[wget, get, WRITE].join('\n')])).toMatchObject({ written: answer })
    const inline = `cat > s.yaml <<E\ncustomization: {}\nE\n${post.replace('/srv/schematic.yaml', 's.yaml')}`
    expect(follow([[inline, get, WRITE].join('\n')])).toMatchObject({ written: [{ source: { url, file: undefined } }] })
  })

  it.each([
    ['echo hello', []],
    [`wget -O /tmp/a ${URL}`, []],
    ['echo $(date) `date` "$NOPE"', []],
    ['apt-get install -y nginx', []],
    ['if true; then echo x; fi', []],
    ['sleep 5 & wait', []],
    ['reboot', ['? "reboot" at 0']],
    [`curl ${URL} | xz -d | dd of=/dev/sdb`, ['? it writes to /dev/sdb, not to /dev/sda at 55']],
    [`curl ${URL} | xz -d | dd of=/dev/sda seek=1`, ['? it writes only a part of the image (seek=1) at 55']],
    [`curl -H 'X: y' ${URL} | dd of=/dev/sda`, ['? the option -H of curl at 0']],
    [`wget --header=X:y -O- ${URL} | dd of=/dev/sda`, ['? the option --header of wget at 0']],
    [`curl --frobnicate ${URL}`, ['? the option --frobnicate of curl at 0']],
    ['xz -dc /tmp/x | dd of=/dev/sda', ['? it is not known what is in /tmp/x at 0']],
    [`curl ${URL} | sh`, ['? what "sh" runs at 47']],
    [`curl ${URL} | xz | dd of=/dev/sda`, ['? "xz" packs, rather than unpacks at 47']],
    [
      `wget -O /tmp/a ${URL} || wget -O /tmp/a ${OTHER}; ${WRITE}`,
      [`! another image is written if this fails: "wget -O /tmp/a ${URL}"`],
    ],
    [
      `for u in ${URL} ${OTHER}; do wget -O /tmp/a $u && break; done; ${WRITE}`,
      [`! another image is written if this fails: "wget -O /tmp/a ${URL}"`],
    ],
    [
      `if grep -q x /proc/cpuinfo; then U=${URL}; else U=${OTHER}; fi; wget -O /tmp/a $U; ${WRITE}`,
      ['! which image is written depends on this: "grep -q x /proc/cpuinfo"'],
    ],
    [
      `[ -e /dev/sdb ] && exit 0; wget -O /tmp/a ${URL}; ${WRITE}`,
      ['! which image is written depends on this: "[ -e /dev/sdb ]"'],
    ],
    ['mount /dev/sda1 /mnt; echo x > /mnt/file', ['? "mount /dev/sda1 /mnt" at 0']],
    ['rm -rf /etc', ['? "rm -rf /etc" at 0']],
    ['frobnicate $(frobnicate)', ['? "frobnicate" at 13', '? "frobnicate $(frobnicate)" at 0']],
    [`X=$(frobnicate); wget -O /tmp/a $X; ${WRITE}`, ['? "frobnicate" at 4']],
    [`wget -O /tmp/a $NOPE; ${WRITE}`, ['? what $NOPE stands for at 0']],
    ["echo 'x", ['? it cannot be read: unterminated single quote at 5']],
    [`wget -O /tmp/a ${URL} &`, ['? it runs in the background at 0']],
    [
      `wget -O /tmp/a ${URL}; ${WRITE}; blkdiscard /dev/sda`,
      ['? "blkdiscard /dev/sda" changes the disk after the image was written at 88'],
    ],
    [
      `wget -O /tmp/a ${URL}; ${WRITE}; dd if=/dev/zero of=/dev/sda bs=1M count=1`,
      ['? "dd if=/dev/zero of=/dev/sda bs=1M count=1" changes the disk after the image was written at 88'],
    ],
    [
      'sgdisk -p -d 1 /dev/sda; systemctl reboot; shutdown -r now; truncate -s 0 /dev/sda; blockdev --setro /dev/sda',
      [
        '? "sgdisk -p -d 1 /dev/sda" at 0',
        '? "systemctl reboot" at 25',
        '? "shutdown -r now" at 43',
        '? "truncate -s 0 /dev/sda" at 60',
        '? "blockdev --setro /dev/sda" at 84',
      ],
    ],
    [
      `trap 'blkdiscard /dev/sda' EXIT; wget -O /tmp/a ${URL}; ${WRITE}`,
      ['? "blkdiscard /dev/sda" changes the disk after the image was written at 0'],
    ],
    [
      `if grep -q a b; then f() { echo ${URL}; }; else f() { echo ${OTHER}; }; fi; wget -O /tmp/a $(f); ${WRITE}`,
      ['! which image is written depends on this: "grep -q a b"'],
    ],
    [`U=${URL}; sh -c 'wget -O /tmp/a $U'; ${WRITE}`, ['? what $U stands for at 43']],
    [`cd /tmp; cd -; wget ${URL}`, ['? which folder "cd -" leads to at 9']],
    ['parted -s /dev/sda mkpart a 0 1', ['? "parted -s /dev/sda mkpart a 0 1" at 0']],
    [`curl -x "$P" -o /tmp/a ${URL}`, ['? what $P stands for at 0']],
    [`wget -e use_proxy=yes -e https_proxy=p:3128 ${URL}`, ['? it downloads through a proxy that -e sets at 0']],
    [
      `export https_proxy=http://p:3128; curl ${URL} | xz -d | dd of=/dev/sda || curl ${OTHER} | xz -d | dd of=/dev/sda`,
      ['! another image is written if this fails: "dd of=/dev/sda"'],
    ],
    ['if [ "$(uname -m)" != aarch64 ]; then echo "only arm"; exit 1; fi', ['the commands always fail at 55']],
    ['while true; do sleep 1; done', ['the commands always fail at -1']],
  ])('says what it does not know in %j', (text, answer) => {
    expect(recognise([text])).toEqual(answer)
  })
})

describe('what would put something else onto the disk', () => {
  it.each([
    [`cd /tmp; wget ${OTHER.replace('other', 'a/hcloud-amd64')}; wget ${URL}; ${WRITE}`, 'does not replace'],
    [`curl -o /tmp/a ${URL}; curl -o /tmp/b ${OTHER}; xz -dc /tmp/a /tmp/b | dd of=/dev/sda`, 'unpacks several files'],
    [`curl ${URL} ${OTHER} | xz -dc | dd of=/dev/sda`, 'puts several downloads together'],
    [`wget -O /tmp/a ${URL} ${OTHER}; ${WRITE}`, 'puts several downloads together'],
    [`curl ${URL} | xz -dc | dd of=/dev/sda conv=fsync,swab`, 'it changes what it copies (conv=swab)'],
    [`curl -o /tmp/a ${URL}; truncate -s 1000 /tmp/a; ${WRITE}`, 'leaves of the image'],
  ])('%s', (text, why) => {
    expect(recognise([text]).join('\n')).toContain(why)
  })

  it.each([
    `cd /tmp; wget ${URL}; wget ${URL}; xz -dc hcloud-amd64.raw.xz | dd of=/dev/sda`,
    `wget -O /tmp/a ${OTHER}; wget -O /tmp/a ${URL}; ${WRITE}`,
    `wget -O /tmp/a ${URL}; xz -T 0 -dc /tmp/a | dd of=/dev/sda`,
    `truncate -s 5G /tmp/space; curl ${URL} | xz -dc | dd of=/dev/sda conv=sparse,fsync,notrunc`,
  ])('not: %s', (text) => {
    expect(recognise([text])).toEqual([URL])
  })
})
