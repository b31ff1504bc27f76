data "talosimage_versions" "minor" {
  minor = "v1.13"
}
