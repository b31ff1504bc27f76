# Snapshots by what a build has written down: talos-image build --roles --tfvars talos.auto.tfvars.json

variable "talos_version" {
  type = string
}

variable "talos_image_ids" {
  description = "Snapshot IDs: arm, x86, control_plane_arm, control_plane_x86, worker_arm, worker_x86; what was not built is not there."
  type        = map(string)
}

variable "talos_installers" {
  description = "The installer that belongs to each, for machine.install.image."
  type        = map(string)
  default     = {}
}

# What the file holds besides, and this example does not need. Terraform would warn of variables that are not declared.
variable "control_plane_image_selector" {
  type    = string
  default = null
}

variable "worker_image_selector" {
  type    = string
  default = null
}

variable "talos_image_id_arm" {
  type    = string
  default = null
}

variable "talos_image_id_x86" {
  type    = string
  default = null
}

module "machines" {
  source = "../machines"
  # Images of the role, or else the generic ones.
  control_plane_image = try(var.talos_image_ids["control_plane_x86"], var.talos_image_ids["x86"])
  worker_image        = try(var.talos_image_ids["worker_x86"], var.talos_image_ids["x86"])
}

output "servers" {
  value = module.machines.servers
}

output "talos" {
  value = { version = var.talos_version, installers = var.talos_installers }
}
