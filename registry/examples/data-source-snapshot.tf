data "talosimage_snapshot" "control_plane" {
  architecture = "arm"
  role         = "control-plane"
}

output "control_plane" {
  value = {
    id        = data.talosimage_snapshot.control_plane.id
    installer = data.talosimage_snapshot.control_plane.installer
    why       = data.talosimage_snapshot.control_plane.why
  }
}
