import { describe, expect, it } from 'vitest'
import { readInstallations } from '../../../../src/machines/qemu/systems/packages.ts'

const PLAN = `NOTE: This is only a simulation!
The following NEW packages will be installed:
  bash libc6 perl-base
Inst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])
Inst bash (5.2.15-2+b7 Debian:12.15/oldstable [amd64]) []
Inst perl-base (5.36.0-7 Debian:12.15/oldstable [amd64])
Inst python3.11-minimal (3.11.2-6 Debian:12.15/oldstable [amd64])
Inst media-types (10.0.0 Debian:12.15/oldstable [all])
Inst zlib1g (1:1.2.13.dfsg-1 Debian:12.15/oldstable [amd64])
Inst linux-image-6.1.0-56-cloud-amd64 (6.1.192-2 Debian-Security:12/oldstable-security [amd64])
Inst linux-image-cloud-amd64 (6.1.192-2 Debian-Security:12/oldstable-security [amd64])
Conf libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])
`

describe('readInstallations', () => {
  it('takes what holds a kernel, programs that are wanted, or libraries', () => {
    expect(readInstallations(PLAN, ['bash', 'perl-base', 'linux-image-cloud-amd64'])).toEqual([
      { name: 'bash', version: '5.2.15-2+b7' },
      { name: 'libc6', version: '2.36-9+deb12u14' },
      { name: 'linux-image-6.1.0-56-cloud-amd64', version: '6.1.192-2' },
      { name: 'perl-base', version: '5.36.0-7' },
      { name: 'python3.11-minimal', version: '3.11.2-6' },
      { name: 'zlib1g', version: '1:1.2.13.dfsg-1' },
    ])
  })
})
