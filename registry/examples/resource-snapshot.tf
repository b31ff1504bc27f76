resource "talosimage_snapshot" "worker" {
  talos_version = "v1.13.9"
  architecture  = "x86"
  role          = "worker"
  schematic     = file("schematic-worker.yaml")
  labels        = { team = "infra" }

  # Servers that were made from the old snapshot may still be there when a newer one takes its place.
  keep_on_destroy = true
  lifecycle {
    create_before_destroy = true
  }
}
