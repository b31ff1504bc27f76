# The plugin that Packer needs, fetched by `packer init`. It stands in a file of its own because Packers before 1.7
# cannot read this block: they know Hetzner Cloud without a plugin, so there just remove this file.

packer {
  required_plugins {
    hcloud = {
      source  = "github.com/hetznercloud/hcloud"
      version = "v1.8.0"
    }
  }
}
