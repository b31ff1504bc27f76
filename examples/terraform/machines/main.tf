# A control plane server and a worker, each from a Talos snapshot. The other folders show where the IDs come from.

terraform {
  required_version = ">= 1.5"
  required_providers {
    hcloud = {
      source  = "hetznercloud/hcloud"
      version = "~> 1.60"
    }
  }
}

variable "control_plane_image" {
  description = "ID of the snapshot that the control plane server starts from."
  type        = string
}

variable "worker_image" {
  description = "ID of the snapshot that the worker starts from."
  type        = string
}

variable "server_type" {
  description = "Needs a disk at least as big as that of the server that the snapshots were made on."
  type        = string
  default     = "cx23"
}

variable "location" {
  type    = string
  default = "fsn1"
}

variable "control_plane_user_data" {
  description = "Talos machine configuration, such as that of the talos_machine_configuration data source."
  type        = string
  default     = null
  sensitive   = true
}

variable "worker_user_data" {
  description = "Talos machine configuration of the worker."
  type        = string
  default     = null
  sensitive   = true
}

resource "hcloud_server" "control_plane" {
  name        = "control-plane-1"
  image       = var.control_plane_image
  server_type = var.server_type
  location    = var.location
  user_data   = var.control_plane_user_data
  labels      = { role = "control-plane" }

  lifecycle {
    # A new snapshot is for new servers: Talos upgrades those that run.
    ignore_changes = [image, user_data]
  }
}

resource "hcloud_server" "worker" {
  name        = "worker-1"
  image       = var.worker_image
  server_type = var.server_type
  location    = var.location
  user_data   = var.worker_user_data
  labels      = { role = "worker" }

  lifecycle {
    ignore_changes = [image, user_data]
  }
}

output "servers" {
  value = {
    control_plane = { id = hcloud_server.control_plane.id, image = hcloud_server.control_plane.image }
    worker        = { id = hcloud_server.worker.id, image = hcloud_server.worker.image }
  }
}
