# Talos Linux snapshots for Hetzner Cloud, one for ARM servers and one for x86 servers.
#
# talos-image, and ./create.sh where there is one, reads this file as Packer does, and builds the snapshots itself,
# without Packer: change names, labels, server types or places here, and both build what you wrote. For those who would
# rather use Packer:
#
#   packer init . && packer build .

variable "talos_version" {
  type        = string
  default     = "v1.12.2"
  description = "Talos version of the snapshots. Pin it in a var file, to the version that Terraform deploys."
}

variable "server_type_arm" {
  type        = string
  default     = "cax11"
  description = "Server type that the ARM snapshot is made on. A snapshot needs a disk at least as big as this type's."
}

variable "server_type_x86" {
  type        = string
  default     = "cx23"
  description = "Server type that the x86 snapshot is made on. A snapshot needs a disk at least as big as this type's."
}

variable "server_location" {
  type        = string
  default     = "fsn1"
  description = "Location of the temporary servers. The snapshots can be used at every location."
}

variable "image_url_arm" {
  type        = string
  default     = null
  description = "Where the ARM disk image (.raw.xz) comes from; null: the default image of talos_version."
}

variable "image_url_x86" {
  type        = string
  default     = null
  description = "Where the x86 disk image (.raw.xz) comes from; null: the default image of talos_version."
}

locals {
  # The Image Factory's schematic without extensions.
  schematic = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"
  factory   = "https://factory.talos.dev/image/${local.schematic}/${var.talos_version}"
  image_arm = var.image_url_arm != null ? var.image_url_arm : "${local.factory}/hcloud-arm64.raw.xz"
  image_x86 = var.image_url_x86 != null ? var.image_url_x86 : "${local.factory}/hcloud-amd64.raw.xz"

  download = "wget --timeout=5 --waitretry=5 --tries=5 --retry-connrefused --inet4-only -O /tmp/talos.raw.xz"
  write    = "xz -d -c /tmp/talos.raw.xz | dd of=/dev/sda && sync"
  clean_up = "rm -rf /etc/ssh/ssh_host_*"
}

# The token comes from the environment variable HCLOUD_TOKEN. The servers run the rescue system, in memory, so that
# their disk can be overwritten; the system image is never booted.
source "hcloud" "talos-arm" {
  server_type   = var.server_type_arm
  location      = var.server_location
  image         = "debian-13"
  rescue        = "linux64"
  ssh_username  = "root"
  snapshot_name = "Talos Linux ${var.talos_version} ARM by hcloud-talos"
  snapshot_labels = {
    os      = "talos"
    arch    = "arm"
    version = var.talos_version
    creator = "hcloud-talos"
    type    = "infra"
  }
}

source "hcloud" "talos-x86" {
  server_type   = var.server_type_x86
  location      = var.server_location
  image         = "debian-13"
  rescue        = "linux64"
  ssh_username  = "root"
  snapshot_name = "Talos Linux ${var.talos_version} x86 by hcloud-talos"
  snapshot_labels = {
    os      = "talos"
    arch    = "x86"
    version = var.talos_version
    creator = "hcloud-talos"
    type    = "infra"
  }
}

build {
  sources = ["source.hcloud.talos-arm"]

  provisioner "shell" {
    inline = ["${local.download} '${local.image_arm}'"]
  }
  provisioner "shell" {
    inline = [local.write]
  }
  provisioner "shell" {
    inline = [local.clean_up]
  }
}

build {
  sources = ["source.hcloud.talos-x86"]

  provisioner "shell" {
    inline = ["${local.download} '${local.image_x86}'"]
  }
  provisioner "shell" {
    inline = [local.write]
  }
  provisioner "shell" {
    inline = [local.clean_up]
  }
}
