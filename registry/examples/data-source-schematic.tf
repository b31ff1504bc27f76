data "talosimage_schematic" "plain" {
  talos_version = "v1.13.9"
}

output "installer" {
  value = data.talosimage_schematic.plain.installer
}
