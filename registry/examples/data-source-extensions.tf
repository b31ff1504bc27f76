data "talosimage_extensions" "newest" {
  talos_version = data.talosimage_versions.minor.latest
}

output "extensions" {
  value = data.talosimage_extensions.newest.descriptions
}
