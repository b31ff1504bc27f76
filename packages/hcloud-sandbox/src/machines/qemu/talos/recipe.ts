/** What stands in for Talos on the disks of the emulated Factory: a kernel, a network, and what answers on port 50000. */

import { MERGED_LINKS, type Recipe } from '../systems/recipe.ts'
import { INIT_SCRIPT } from './init-script.ts'
import { SERVER_PATH, SERVER_SCRIPT } from './server-script.ts'

export const TALOS: Recipe = {
  packages: {
    'busybox-static': ['busybox'],
    'libnet-ssleay-perl': [],
    'libprotocol-http2-perl': [],
    'perl-base': ['perl'],
  },
  loaded: [
    '^usr/lib/[^/]+-linux-gnu/perl-base/(?!unicore/)',
    '^usr/lib/[^/]+-linux-gnu/perl/5[^/]*/(MIME/Base64\\.pm|Time/HiRes\\.pm|auto/(MIME/Base64|Time/HiRes)/[^/]+\\.so)$',
    '^usr/lib/[^/]+-linux-gnu/perl5/5[^/]*/(Net/SSLeay\\.pm|auto/Net/SSLeay/)',
    '^usr/share/perl5/Protocol/HTTP2',
  ],
  openedLibraries: [],
  modules: ['virtio_pci', 'virtio_net', 'virtio_scsi', 'sd_mod'],
  links: MERGED_LINKS,
  folders: { dev: 0o755, proc: 0o555, run: 0o755, sys: 0o555, tmp: 0o1777 },
  files: {},
  scripts: { init: INIT_SCRIPT, [SERVER_PATH]: SERVER_SCRIPT },
}
