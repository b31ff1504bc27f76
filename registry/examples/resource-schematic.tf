resource "talosimage_schematic" "gpu" {
  schematic = {
    customization = {
      systemExtensions = {
        officialExtensions = ["siderolabs/nvidia-container-toolkit-production"]
      }
    }
  }
}

resource "talosimage_snapshot" "gpu" {
  talos_version = data.talosimage_versions.minor.latest
  architecture  = "x86"
  role          = "gpu"
  schematic_id  = talosimage_schematic.gpu.id
}
