/** What users may still have: the variables of templates as they were over the years. */

import { describe, expect, it } from 'vitest'
import { createDirectory } from './fixture.ts'

const REQUIRED_PLUGINS = `packer {
  required_plugins {
    hcloud = {
      source  = "github.com/hetznercloud/hcloud"
      version = "~> 1"
    }
  }
}
`

/** 2024-03: two variables, images from GitHub, the server type fixed. */
const FIRST = `${REQUIRED_PLUGINS}
variable "talos_version" {
  type    = string
  default = "v1.6.6"
}

variable "server_location" {
  type    = string
  default = "hel1"
}

locals {
  image = "https://github.com/siderolabs/talos/releases/download/\${var.talos_version}/hcloud-amd64.raw.xz"
}

source "hcloud" "talos-x86" {
  rescue       = "linux64"
  image        = "debian-11"
  location     = "\${var.server_location}"
  server_type  = "cx11"
  ssh_username = "root"

  snapshot_name   = "Talos Linux \${var.talos_version} x86 by hcloud-talos"
  snapshot_labels = {
    type    = "infra",
    version = "\${var.talos_version}",
  }
}

build {
  sources = ["source.hcloud.talos-x86"]
  provisioner "shell" {
    inline = [<<-EOT
      wget -O /tmp/talos.raw.xz "\${local.image}"
      xz -d -c /tmp/talos.raw.xz | dd of=/dev/sda && sync
    EOT
    ]
  }
}
`

/** 2024-03, a little later: images of one's own. */
const WITH_IMAGE_URLS = `${FIRST}
variable "image_url_arm" {
  type    = string
  default = null
}

variable "image_url_x86" {
  type    = string
  default = null
}
`

/** One commit of 2024-10 lacked a quote. */
const WITH_MISSING_QUOTE = `variable "talos_version" {
  type    = string
  default = "v1.8.1"
}

locals {
  image_arm = var.image_url_arm != null ? var.image_url_arm : "https://example.com/\${var.talos_version}/hcloud-arm64.raw.xz
  image_x86 = var.image_url_x86 != null ? var.image_url_x86 : "https://example.com/\${var.talos_version}/hcloud-amd64.raw.xz"
}
`

/** A file per architecture, and names of its own. */
const OTHER_NAMES = `variable "cluster_name" { type = string }
variable "talos_version" { type = string }
variable "talos_schematic_id" { type = string }
variable "server_location" { type = string }
`

describe('templates of the past', () => {
  it('reads the first one, and has defaults for what it lacks', async () => {
    await using directory = await createDirectory({ 'talos-hcloud.pkr.hcl': FIRST })
    const { talosVersion, location, serverTypes, imageUrls } = await directory.load({ vars: ['server_type_x86=cx33'] })
    expect([talosVersion.value, location.value]).toEqual(['v1.6.6', 'hel1'])
    expect([serverTypes.arm.value, serverTypes.x86.value]).toEqual(['cax11', 'cx33'])
    expect([imageUrls.arm.value, imageUrls.x86.value]).toEqual([null, null])
  })

  it('reads the one with image URLs', async () => {
    await using directory = await createDirectory({
      'talos-hcloud.pkr.hcl': WITH_IMAGE_URLS,
      'hcloud.auto.pkrvars.hcl': 'image_url_x86 = "https://example.com/hcloud-amd64.raw.xz"\n',
    })
    const { imageUrls, warnings } = await directory.load()
    expect([imageUrls.arm.value, imageUrls.x86.value]).toEqual([null, 'https://example.com/hcloud-amd64.raw.xz'])
    expect(warnings).toEqual([])
  })

  it('points at the missing quote', async () => {
    await using directory = await createDirectory({ 'talos-hcloud.pkr.hcl': WITH_MISSING_QUOTE })
    const line = WITH_MISSING_QUOTE.split('\n')[6] ?? ''
    expect(await directory.problems()).toEqual([
      `talos-hcloud.pkr.hcl:7:${line.length + 1}: not valid HCL: invalid multi-line string`,
    ])
  })

  it('reads one with variables of its own, set by a var file', async () => {
    await using directory = await createDirectory({
      'image_arm64.pkr.hcl': OTHER_NAMES,
      'image_amd64.pkr.hcl': REQUIRED_PLUGINS,
      'a.auto.pkrvars.hcl':
        'cluster_name = "prod"\ntalos_schematic_id = "376567"\ntalos_version = "v1.11.0"\nserver_location = "ash"\n',
    })
    const { talosVersion, location, warnings } = await directory.load()
    expect([talosVersion.value, location.value, warnings]).toEqual(['v1.11.0', 'ash', []])
  })
})
