# Snapshots by their labels: Terraform looks for the newest that matches, each time it plans.

terraform {
  required_providers {
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

variable "control_plane_image_selector" {
  type    = string
  default = "os=talos,role=control-plane"
}

variable "worker_image_selector" {
  type    = string
  default = "os=talos,role=worker"
}

data "hcloud_image" "control_plane" {
  with_selector     = var.control_plane_image_selector
  with_architecture = "x86"
  most_recent       = true
}

data "hcloud_image" "worker" {
  with_selector     = var.worker_image_selector
  with_architecture = "x86"
  most_recent       = true
}

module "machines" {
  source              = "../machines"
  control_plane_image = data.hcloud_image.control_plane.id
  worker_image        = data.hcloud_image.worker.id
}

output "servers" {
  value = module.machines.servers
}
