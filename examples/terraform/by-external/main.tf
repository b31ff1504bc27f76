# Snapshots by asking talos-image, which also tells the installer that belongs to each.

terraform {
  required_providers {
    external = {
      source = "hashicorp/external"
    }
  }
}

variable "talos_image" {
  description = "The command."
  type        = list(string)
  default     = ["talos-image"]
}

variable "talos_version" {
  description = "A whole version, such as v1.13.9; empty for the newest snapshot."
  type        = string
  default     = ""
}

data "external" "image" {
  for_each = toset(["control-plane", "worker"])
  program  = concat(var.talos_image, ["external"])
  query = {
    architecture  = "x86"
    role          = each.key
    talos_version = var.talos_version
  }
}

module "machines" {
  source              = "../machines"
  control_plane_image = data.external.image["control-plane"].result.image_id
  worker_image        = data.external.image["worker"].result.image_id
}

output "servers" {
  value = module.machines.servers
}

output "installers" {
  value = { for role, image in data.external.image : role => image.result.installer }
}
